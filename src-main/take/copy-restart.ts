import type { PlateauError } from '../contract/errors.js';
import type { ManifestFile } from '../contract/manifest.js';
import { formatMilliseconds } from '../format/time.js';
import type { PublicationInfo } from '../livekit/publication-info.js';
import type { TakeClock } from '../pipeline/take-clock.js';
import type { Cut } from '../sink/file-parts.js';
import { RestartSchedule } from '../sink/restart-schedule.js';
import type { EventReporter } from '../telemetry/event-reporter.js';
import type { ContinuedMedia } from './continued-media.js';
import type { CopiedMedia, OpenMedia, TakeMedia } from './take-media.js';
import type { TakeParticipants } from './take-participants.js';

/** A key frame is asked for at once, and comes within this time of most cameras: no frame is in the file before. Milliseconds. */
const keyFrameMs = 1_000;

/** What a copied take goes on with when the process that fills its files is gone. */
export interface CopyRestartOptions {
  /** Joins the room once more; left out where that cannot be. */
  readonly join: (() => Promise<CopiedMedia>) | undefined;
  readonly media: ContinuedMedia;
  readonly clock: Pick<TakeClock, 'isPaused' | 'nowMs'>;
  readonly report: EventReporter;
  /** The part in which it goes on. @throws PlateauError `invalidState` */
  readonly nextPart: () => Cut;
  readonly open: (openMedia: OpenMedia, first: Cut) => TakeMedia;
  /** Everything in the room belongs to the files that go on. */
  readonly begin: (copied: CopiedMedia) => void;
  readonly isStopping: () => boolean;
  readonly publicationsOf: (identity: string) => readonly PublicationInfo[];
  readonly participants: Pick<TakeParticipants, 'missing' | 'recordedFrom'>;
  /** There is something new to write down. */
  readonly saveManifest: () => unknown;
}

/** The take cannot go on: whoever fills its files says so. */
type GiveUp = () => void;

/** A track that was received when the process ended. */
interface Missed {
  readonly track: PublicationInfo;
  readonly failure: PlateauError;
  /** Since when something of it is missing, which is written down; null while its owner has muted it. */
  sinceMs: number | null;
}

/**
 * Starts the process that receives anew when it is gone, and goes on in the next part of the take: as an encoder that died is
 * replaced. What was sent meanwhile is missing, and the manifest says of which tracks and for how long. One that dies again and
 * again ends the take. Times are milliseconds of the take's timeline.
 */
export class CopyRestart {
  readonly #options: CopyRestartOptions;
  readonly #schedule = new RestartSchedule();
  #giveUp: GiveUp = () => undefined;
  #first: Cut | null = null;
  /** Waits to go on. */
  #joined: CopiedMedia | null = null;
  /** Those before have ended, and all is known of them. */
  #before: Promise<void> = Promise.resolve();
  #missed: readonly Missed[] = [];

  constructor(options: CopyRestartOptions) {
    this.#options = options;
  }

  /**
   * The process is gone.
   *
   * @param giveUp called when the take cannot go on after all
   * @returns whether another one is tried
   */
  begin(failure: PlateauError, giveUp: GiveUp): boolean {
    const { clock, isStopping, join, media, nextPart, report } = this.#options;
    const nowMs = clock.nowMs();
    if (isStopping() || join === undefined || !this.#schedule.request(nowMs)) return false;
    try {
      this.#first = nextPart();
    } catch {
      // It has no part left.
      return false;
    }
    this.#giveUp = giveUp;
    const known = new Set(this.#missed.map(({ track }) => track.trackSid));
    const further = this.#receivedNow(media.latest, failure).filter(
      ({ track }) => !known.has(track.trackSid),
    );
    this.#missed = [...this.#missed, ...further];
    this.#lookMuted(nowMs);
    this.#before = media.interrupt(this.#first.atMs);
    const message = `${failure.message} Another one is started: what is sent until it has joined the room is missing.`;
    report.error(failure.code, message, null, { hint: failure.hint, part: this.#first.number });
    return true;
  }

  /** Called a few times a second. @param nowMs of the take's timeline */
  tick(nowMs: number): void {
    if (this.#schedule.takeDue(nowMs)) void this.#join();
    // The process learns of the pauses that begin when it has begun; in this one nothing is missed.
    if (this.#joined !== null && !this.#options.clock.isPaused) this.#goOn(this.#joined);
    this.#settle(nowMs);
  }

  /** The take ends: what is missing by now stays missing. @param nowMs of the take's timeline */
  end(nowMs: number): void {
    this.#schedule.cancel();
    this.#settle(nowMs);
    void this.#joined?.close();
  }

  async #join(): Promise<void> {
    const { clock, isStopping, join } = this.#options;
    const copied = await join?.().catch(() => null);
    // What it has left in the folder is read before another one writes there.
    await this.#before;
    if (isStopping()) await copied?.close();
    else if (copied) this.#joined = copied;
    else if (!this.#schedule.request(clock.nowMs())) this.#giveUp();
  }

  #goOn(copied: CopiedMedia): void {
    const { begin, clock, media, open, report } = this.#options;
    this.#joined = null;
    const first = this.#first;
    if (first === null) return;
    media.continueWith(open(copied.openMedia, first), first);
    const lost = formatMilliseconds(Math.max(0, clock.nowMs() - first.atMs));
    const message = `What is sent is received again after ${lost}, in part ${first.number}.`;
    report.warning('receiverBack', message, null, { part: first.number, takeMs: Math.round(first.atMs) });
    begin(copied);
  }

  /** Tracks that were received at that moment. */
  #receivedNow(media: TakeMedia, failure: PlateauError): Missed[] {
    return media.entries().flatMap(({ identity, tracks }) => {
      const sids = new Set(tracks.filter(({ untilMs }) => untilMs === null).map(({ trackSid }) => trackSid));
      return this.#options
        .publicationsOf(identity)
        .filter(({ trackSid }) => sids.has(trackSid))
        .map((track) => ({ track, failure, sinceMs: null }));
    });
  }

  /** Of who is muted nothing is missing, and of who speaks again something is. */
  #lookMuted(nowMs: number): void {
    for (const missed of this.#missed) {
      const { failure, sinceMs, track } = missed;
      const isOn = this.#isOn(track);
      if (isOn === (sinceMs !== null)) continue;
      missed.sinceMs = isOn ? nowMs : null;
      if (isOn) this.#options.participants.missing(track, failure, nowMs);
      else this.#options.participants.recordedFrom(track.trackSid, nowMs);
      this.#options.saveManifest();
    }
  }

  #isOn({ identity, trackSid }: PublicationInfo): boolean {
    return this.#options.publicationsOf(identity).some((one) => one.trackSid === trackSid && !one.isMuted);
  }

  /** Writes down until when what is recorded again was missing. What has ended is not waited for. */
  #settle(nowMs: number): void {
    if (this.#missed.length === 0) return;
    this.#lookMuted(nowMs);
    const { isInterrupted, latest } = this.#options.media;
    const entries = isInterrupted ? [] : latest.entries();
    const rest = this.#missed.filter(({ sinceMs, track }) => {
      const backMs = entries.map((entry) => backIn(entry, track)).find((ms) => ms !== null) ?? null;
      if (backMs === null) return true;
      const untilMs = Math.max(sinceMs ?? 0, Math.min(nowMs, backMs));
      if (sinceMs !== null) this.#options.participants.recordedFrom(track.trackSid, untilMs);
      return false;
    });
    if (rest.length < this.#missed.length) this.#options.saveManifest();
    this.#missed = rest;
  }
}

/**
 * When a track is in a file again, on the take's timeline; null while it is not. What came is written when its sender's clock is
 * known, three seconds later, and stands where it was sent.
 */
function backIn(
  { audio, audioSilenceMs, part, tracks, video }: ManifestFile,
  track: PublicationInfo,
): number | null {
  const own = tracks.find(({ trackSid }) => trackSid === track.trackSid);
  const { written } = track.kind === 'audio' ? audio : video;
  if (own === undefined || written === 0) return null;
  // Silence stands before the first sound.
  if (track.kind === 'audio') return Math.max(own.fromMs, (part?.startMs ?? 0) + audioSilenceMs);
  return own.fromMs + keyFrameMs;
}
