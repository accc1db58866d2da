import { PlateauError } from '../../contract/errors.js';
import type { MediaKeys } from '../../contract/media-keys.js';
import { roleWords } from '../../contract/track-roles.js';
import { keyMissing, takenAway, withheld } from '../../livekit/missing-tracks.js';
import type { PublicationInfo } from '../../livekit/publication-info.js';
import type { TakeClock } from '../../pipeline/take-clock.js';
import { type OnsetTimes, TrackOnset } from '../../pipeline/track-onset.js';
import { inTime } from '../../process/deadline.js';
import type { EventReporter } from '../../telemetry/event-reporter.js';
import type { TrackSink } from '../contract.js';
import { RoomDecryption } from '../decrypt/room-decryption.js';
import { RoomReceiver } from '../receive/room-receiver.js';
import type { RoomReceiverOptions } from '../receive/room-receiver-options.js';
import type { TrackReceiver } from '../receive/track-receiver.js';
import { receiveCaps } from '../rtp/receive-caps.js';
import { type MediaWay, wayName } from '../signal/media-routes.js';
import type { Publication } from '../signal/publications.js';
import type { CopyFiles } from './copy-files.js';
import type { CopyEnding } from './copy-files-options.js';
import { type CopiedTrack, infoOf } from './copy-track.js';
import { tellTrack } from './copy-track-events.js';
import { WithheldTracks } from './withheld-tracks.js';

/** What was sent before the take ended is under way for so long; what is missing is asked for once more. Milliseconds. */
const leastSettleMs = 150;
const mostSettleMs = 600;
/** An end is late by so much at most. */
const settleLookMs = 20;
/** The server answers once a second: one that has not for so long has gone, or the line to it. Milliseconds. */
const unansweredMs = 1_300;
/** The files are ended after that, whether or not the server has heard that this one has left. */
const leaveLimitMs = 3_000;

/** What is asked of a receiver. */
type JoinedRoom = Pick<RoomReceiver, 'close' | 'media' | 'serverTrailer' | 'withheldBy'> & {
  readonly tracks: ReadonlyMap<string, Pick<TrackReceiver, 'figures' | 'publication'>>;
};

/** What a copied take is fed with. */
export interface CopyFeedOptions {
  /** `ws://` or `wss://` of the server, and a token for each session: hidden, and of an identity of its own. */
  readonly url: string;
  readonly token: () => Promise<string>;
  /** What end-to-end encrypted tracks are decrypted with; without a key they are missing. */
  readonly mediaKeys: MediaKeys | null;
  readonly report: EventReporter;
  /** The room is not received any more, and will not be; not while the tracks are ended. */
  readonly onLost: (failure: PlateauError) => void;
}

/** What a feed asks of its take. */
export interface FedTake {
  readonly clock: Pick<TakeClock, 'nowMs'>;
  /** A track is wanted: `record` begins with it. @param lateMs as `Take.begin` takes it @returns whether it is */
  begin(track: PublicationInfo, record: (nowMs: number) => void, lateMs?: number): boolean;
  /** A track that is to be recorded is not, and why. */
  noteMissing(track: PublicationInfo, error: PlateauError, awaitedMs?: number): void;
  /** A track has ended, or was muted. @param times when the first of it came */
  noteOnset(track: PublicationInfo, times: OnsetTimes): void;
}

/** A take, and what fills its files. */
interface Begun {
  readonly take: FedTake;
  readonly files: Pick<CopyFiles, 'add' | 'setConnected' | 'setMuted'>;
}

/** Brings what a hidden receiver receives of a room into the files of a take. */
export class CopyFeed implements CopyEnding {
  readonly #options: CopyFeedOptions;
  readonly #decryption: RoomDecryption | null;
  readonly #tracks = new WeakMap<TrackReceiver, CopiedTrack>();
  readonly #withheld = new WithheldTracks<TrackReceiver>({
    onMissing: (track, awaitedMs) => void this.#tellWithheld(track, awaitedMs),
    onBack: (track) => void this.#comesAgain(track),
    onLate: (track, lateMs) => void this.#comesLate(track, lateMs),
  });
  /** Of each track that is published, unless it is told otherwise what of it is missing. */
  readonly #onsets = new Map<TrackReceiver, TrackOnset>();
  #begin: (begun: Begun) => void = () => undefined;
  readonly #begun = new Promise<Begun>((resolve) => {
    this.#begin = resolve;
  });
  #files: Begun['files'] | null = null;
  #take: FedTake | null = null;
  #receiver: JoinedRoom | null = null;
  #hasEnded = false;
  #isInterrupted = false;

  private constructor(options: CopyFeedOptions, decryption: RoomDecryption | null) {
    this.#options = options;
    this.#decryption = decryption;
  }

  /**
   * Joins the room; what is received waits for the take. The caller begins one, or ends it with {@link CopyFeed.endTracks}.
   *
   * @param joinRoom tests hand in one that receives nothing
   * @throws PlateauError as {@link RoomReceiver.join} does
   */
  static async join(
    options: CopyFeedOptions,
    joinRoom: (how: RoomReceiverOptions) => Promise<JoinedRoom> = (how) => RoomReceiver.join(how),
  ): Promise<CopyFeed> {
    const { mediaKeys } = options;
    const feed = new CopyFeed(options, mediaKeys === null ? null : await RoomDecryption.from(mediaKeys));
    feed.#receiver = await joinRoom({
      ...{ url: options.url, token: options.token },
      listener: {
        onTrack: (track) => feed.#record(track),
        onUnpublished: (track) => feed.#ended(track),
        onMuted: (track, isMuted) => {
          feed.#withheld.muted(track, isMuted);
          if (isMuted) feed.#tellOnset(track, true);
          feed.#onsets.get(track)?.muted(isMuted);
          void feed.#mute(track, isMuted);
        },
        onWithheld: (track) => feed.#withheld.changed(track),
        onState: (state) => {
          if (state === 'reconnecting') {
            feed.#isInterrupted = true;
            feed.#files?.setConnected(false);
          } else if (state === 'connected' && feed.#isInterrupted) {
            feed.#isInterrupted = false;
            feed.#files?.setConnected(true);
          }
        },
        onWay: (way) => tellWay(options.report, way),
        onLost: (failure) => {
          if (!feed.#hasEnded) options.onLost(failure);
        },
      },
    });
    return feed;
  }

  /** What somebody publishes at the moment, as far as it can be recorded. */
  readonly publicationsOf = (identity: string): readonly PublicationInfo[] =>
    [...(this.#receiver?.tracks.values() ?? [])]
      .map(({ publication }) => publication)
      .filter((publication) => publication.identity === identity)
      .map((publication) => infoOf(publication, this.#decryption));

  /** The take has begun: everything in the room belongs to it. */
  begin(take: FedTake, files: Begun['files']): void {
    this.#tellKernelBuffer();
    this.#files = files;
    this.#take = take;
    this.#begin({ take, files });
  }

  /** Waits a moment for what is on its way, and leaves the room. Never rejects. */
  async endTracks(): Promise<void> {
    this.#hasEnded = true;
    this.#withheld.stop();
    for (const track of [...this.#onsets.keys()]) this.#ended(track);
    const receiver = this.#receiver;
    if (receiver === null) return;
    // Who sees a picture freeze stops the take, before a dead connection is noticed.
    if (!this.#isInterrupted && (receiver.media?.quietMs ?? 0) > unansweredMs)
      this.#files?.setConnected(false);
    const fromMs = performance.now();
    const isSettled = (): boolean =>
      [...receiver.tracks.values()].every(({ figures }) => figures.packets.missing === 0);
    for (;;) {
      const passedMs = performance.now() - fromMs;
      if (passedMs >= mostSettleMs || (passedMs >= leastSettleMs && isSettled())) break;
      await new Promise((resolve) => setTimeout(resolve, settleLookMs));
    }
    await inTime(
      receiver.close().catch(() => undefined),
      leaveLimitMs,
    );
  }

  /** Leaves the room at once, and waits for nothing: what is on its way is lost. Tracks have ended when it returns. */
  leave(): void {
    this.#hasEnded = true;
    this.#withheld.stop();
    this.#receiver?.close().catch(() => undefined);
  }

  async #record(track: TrackReceiver): Promise<TrackSink | null> {
    const onset = new TrackOnset(track.publication.isMuted);
    this.#onsets.set(track, onset);
    track.onFrame = () => onset.came();
    const sink = await this.#sinkFor(track);
    // It is left out, and why is told.
    if (sink === null) this.#onsets.delete(track);
    return sink;
  }

  async #sinkFor(track: TrackReceiver): Promise<TrackSink | null> {
    const { files, take } = await this.#begun;
    if (this.#hasEnded) return null;
    const { report } = this.#options;
    const info = infoOf(track.publication, this.#decryption);
    const sealed = sealedFor(info, track.publication.codec);
    if (sealed !== null) {
      report.warning(sealed.code, sealed.message, info.identity, { hint: sealed.hint });
      take.noteMissing(info, sealed);
      return null;
    }
    if (info.isEncrypted)
      track.decryption =
        this.#decryption?.of(info.identity, () => this.#receiver?.serverTrailer ?? noTrailer) ?? null;
    const copied: CopiedTrack = { info, track };
    let recording: Promise<TrackSink | null> | null = null;
    take.begin(info, (nowMs) => {
      recording = files.add(copied, nowMs);
      this.#tracks.set(track, copied);
    });
    const sink = await (recording as Promise<TrackSink | null> | null);
    if (sink === null) this.#tracks.delete(track);
    else if (track.publication.isMuted !== info.isMuted) await this.#mute(track, track.publication.isMuted);
    return sink;
  }

  #ended(track: TrackReceiver): void {
    this.#tellOnset(track);
    this.#onsets.delete(track);
  }

  /** Nothing is due of it any more: how late it began is known. */
  #tellOnset(track: TrackReceiver, isMuted?: true): void {
    const take = this.#take;
    const times = this.#onsets.get(track)?.end((agoMs) => take?.clock.nowMs(agoMs) ?? 0, isMuted) ?? null;
    if (times !== null) take?.noteOnset(infoOf(track.publication, this.#decryption), times);
  }

  async #mute(track: TrackReceiver, isMuted: boolean): Promise<void> {
    const copied = this.#tracks.get(track);
    if (copied === undefined) return;
    const { files, take } = await this.#begun;
    files.setMuted(copied, isMuted, take.clock.nowMs());
  }

  async #tellWithheld(track: TrackReceiver, awaitedMs: number): Promise<void> {
    this.#onsets.delete(track);
    const copied = this.#tracks.get(track);
    if (copied === undefined) return;
    const { take } = await this.#begun;
    const why = track.wasOffered ? takenAway : withheld;
    const error = why(copied.info, this.#receiver?.withheldBy(copied.info.trackSid) ?? null);
    this.#options.report.error(error.code, error.message, track.identity, { hint: error.hint });
    take.noteMissing(copied.info, error, awaitedMs);
  }

  async #comesAgain(track: TrackReceiver): Promise<void> {
    const copied = this.#tracks.get(track);
    if (copied === undefined) return;
    const { take } = await this.#begun;
    if (take.begin(copied.info, () => undefined)) tellTrack(this.#options.report, copied.info, 'came');
  }

  async #comesLate(track: TrackReceiver, lateMs: number): Promise<void> {
    this.#onsets.delete(track);
    const { take } = await this.#begun;
    const copied = this.#tracks.get(track);
    if (copied !== undefined) take.begin(copied.info, () => undefined, lateMs);
  }

  /** A burst of key frames is larger than what Linux gives by itself. */
  #tellKernelBuffer(): void {
    const given = this.#receiver?.media?.kernelBuffer.givenBytes ?? null;
    if (given === null || given >= receiveCaps.kernelReceiveLeastBytes) return;
    this.#options.report.warning(
      'receiveBufferSmall',
      'The system gives little room to packets that have come: with many cameras some are lost. Raise net.core.rmem_max to 4 MB.',
      null,
      { givenBytes: given },
    );
  }
}

const noTrailer = new Uint8Array();

/** A detour is worth a line in the log: over TCP what is lost comes late, and all behind it. */
function tellWay(report: EventReporter, way: MediaWay | null): void {
  if (way === null || way === 'udp') return;
  report.info('mediaDetour', `Media come over ${wayName(way)}: the server’s UDP port is not reached.`, null, {
    way,
  });
}

/** Why a track stays encrypted; null when it can be decrypted, or is not encrypted. */
function sealedFor(
  { identity, isEncrypted, needsKey, role }: PublicationInfo,
  codec: Publication['codec'],
): PlateauError | null {
  if (needsKey) return keyMissing({ identity, role });
  if (!isEncrypted || codec !== 'av1') return null;
  return new PlateauError(
    'encryptedTrack',
    `The ${roleWords[role]} of ${identity} is end-to-end encrypted AV1, which no client can decrypt: it is not recorded.`,
    `Ask ${identity} to publish VP8, VP9 or H.264: LiveKit encrypts no AV1.`,
  );
}
