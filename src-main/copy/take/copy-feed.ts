import { PlateauError, toPlateauError } from '../../contract/errors.js';
import { inTime } from '../../process/deadline.js';
import type { Problem } from '../../take/problem.js';
import type { Take } from '../../take/take.js';
import type { OpenMedia } from '../../take/take-media.js';
import type { TakeOptions } from '../../take/take-options.js';
import type { EventReporter } from '../../telemetry/event-reporter.js';
import type { TrackSink } from '../contract.js';
import { RoomReceiver } from '../receive/room-receiver.js';
import type { RoomReceiverOptions } from '../receive/room-receiver-options.js';
import type { TrackReceiver } from '../receive/track-receiver.js';
import { receiveCaps } from '../rtp/receive-caps.js';
import { type CopyEnding, CopyFiles } from './copy-files.js';
import { type CopiedTrack, infoOf } from './copy-track.js';

/** What was sent before the take ended is under way for so long; what is missing is asked for once more. Milliseconds. */
const leastSettleMs = 150;
const mostSettleMs = 600;
const settleLookMs = 20;
const leaveLimitMs = 3_000;
/** The room's own session says in this time whether the meeting is over, in milliseconds. */
const roomEndMs = 1_500;

/** What is asked of a receiver. */
type JoinedRoom = Pick<RoomReceiver, 'close' | 'media'> & {
  readonly tracks: ReadonlyMap<string, Pick<TrackReceiver, 'figures'>>;
};

/** What a copied take is fed with. */
export interface CopyFeedOptions {
  /** `ws://` or `wss://` of the server, and a token for each session: hidden, and of an identity of its own. */
  readonly url: string;
  readonly token: () => Promise<string>;
  readonly report: EventReporter;
  readonly participantOf: TakeOptions['participantOf'];
  readonly publicationsOf: TakeOptions['publicationsOf'];
  /** The room is not received any more, and will not be. */
  readonly onProblem: (problem: Problem) => void;
}

/** Brings what a hidden receiver receives of a room into the files of a take. */
export class CopyFeed implements CopyEnding {
  readonly #options: CopyFeedOptions;
  readonly #tracks = new WeakMap<TrackReceiver, CopiedTrack>();
  #begin: (take: Pick<Take, 'begin' | 'clock' | 'noteMissing' | 'noteProblem'>) => void = () => undefined;
  readonly #take = new Promise<Parameters<CopyFeed['begin']>[0]>((resolve) => {
    this.#begin = resolve;
  });
  #files: CopyFiles | null = null;
  #receiver: JoinedRoom | null = null;
  #hasEnded = false;
  #isInterrupted = false;

  private constructor(options: CopyFeedOptions) {
    this.#options = options;
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
    const feed = new CopyFeed(options);
    feed.#receiver = await joinRoom({
      ...{ url: options.url, token: options.token },
      listener: {
        onTrack: (track) => feed.#record(track),
        onMuted: (track, isMuted) => void feed.#mute(track, isMuted),
        onState: (state) => {
          if (state === 'reconnecting') feed.#isInterrupted = true;
          else if (state === 'connected' && feed.#isInterrupted) {
            feed.#isInterrupted = false;
            feed.#files?.interrupted();
          }
        },
        onLost: (failure) => feed.#lost(failure),
      },
    });
    return feed;
  }

  /** What makes the take's files: for its options. */
  readonly openMedia: OpenMedia = (options, events) => {
    this.#files = new CopyFiles(options, events, this);
    return this.#files;
  };

  /** The take has begun: everything in the room belongs to it. */
  begin(take: Pick<Take, 'begin' | 'clock' | 'noteMissing' | 'noteProblem'>): void {
    this.#tellKernelBuffer();
    this.#begin(take);
  }

  /** Waits a moment for what is on its way, and leaves the room. Never rejects. */
  async endTracks(): Promise<void> {
    this.#hasEnded = true;
    const receiver = this.#receiver;
    if (receiver === null) return;
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

  async #record(track: TrackReceiver): Promise<TrackSink | null> {
    const take = await this.#take;
    if (this.#hasEnded) return null;
    const { publication } = track;
    const { participantOf, publicationsOf, report } = this.#options;
    const known = publicationsOf(publication.identity).find(({ trackSid }) => trackSid === publication.sid);
    const name = known?.participantName ?? participantOf(publication.identity)?.name ?? '';
    const info = infoOf(publication, name, known?.name ?? '');
    if (info.isEncrypted) {
      const error = encrypted(info.identity, info.role);
      report.warning(error.code, error.message, info.identity, { hint: error.hint });
      take.noteMissing(info, error);
      return null;
    }
    const copied: CopiedTrack = { info, track };
    let recording: Promise<TrackSink | null> | null = null;
    take.begin(info, (nowMs) => {
      recording = this.#files?.add(copied, nowMs) ?? null;
      this.#tracks.set(track, copied);
    });
    const sink = await (recording as Promise<TrackSink | null> | null);
    if (sink === null) this.#tracks.delete(track);
    else if (track.publication.isMuted !== info.isMuted) await this.#mute(track, track.publication.isMuted);
    return sink;
  }

  async #mute(track: TrackReceiver, isMuted: boolean): Promise<void> {
    const copied = this.#tracks.get(track);
    if (copied === undefined) return;
    this.#files?.setMuted(copied, isMuted, (await this.#take).clock.nowMs());
  }

  /** The end of a meeting ends this session as well; then nothing is wrong. */
  #lost(error: PlateauError): void {
    if (this.#hasEnded) return;
    setTimeout(() => void this.#tellLost(error), roomEndMs).unref();
  }

  async #tellLost(error: PlateauError): Promise<void> {
    if (this.#hasEnded) return;
    const problem: Problem = { error, concerns: 'take', file: null, identity: null };
    const { onProblem, report } = this.#options;
    report.error(error.code, error.message, null, { hint: error.hint });
    try {
      (await this.#take).noteProblem(problem);
      onProblem(problem);
    } catch (thrown) {
      report.error('internal', toPlateauError(thrown).message);
    }
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

function encrypted(identity: string, role: string): PlateauError {
  return new PlateauError(
    'encryptedTrack',
    `The ${role} of ${identity} is end-to-end encrypted, which copy mode cannot record.`,
    'Record it with --mode encode and the room’s key.',
  );
}
