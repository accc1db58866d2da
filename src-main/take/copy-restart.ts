import type { PlateauError } from '../contract/errors.js';
import type { ManifestFile } from '../contract/manifest.js';
import type { TrackRole } from '../contract/track-roles.js';
import { formatSeconds } from '../format/content-text.js';
import type { PublicationInfo } from '../livekit/publication-info.js';
import type { TakeClock } from '../pipeline/take-clock.js';
import type { Cut } from '../sink/file-parts.js';
import { RestartSchedule } from '../sink/restart-schedule.js';
import type { EventReporter } from '../telemetry/event-reporter.js';
import type { ContinuedMedia } from './continued-media.js';
import type { CopiedMedia, OpenMedia, TakeMedia } from './take-media.js';
import type { TakeParticipants } from './take-participants.js';

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
  /** What is published at the moment, and is to be recorded: also of who is received by nobody. */
  readonly wanted: () => readonly PublicationInfo[];
  readonly participants: Pick<TakeParticipants, 'lacks' | 'missing' | 'recordedFrom'>;
  /** There is something new to write down. */
  readonly saveManifest: () => unknown;
}

/** The take cannot go on: whoever fills its files says so. */
type GiveUp = () => void;

/** A track that was on when the process ended, or has come since. */
interface Missed {
  readonly track: PublicationInfo;
  /** Since when something of it is missing, which is written down; null while its owner has muted it. */
  sinceMs: number | null;
  /** Since when it has been off, while it is not known yet whether something of it has come before; null while it is on. */
  offMs: number | null;
}

/** What came is written when its sender's clock is known, in three seconds: what is not told by then has not come. Milliseconds. */
const toldInMs = 5_000;

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
  #failure: PlateauError | null = null;
  /** Whether nothing was received when the take ended; null while it has not. */
  #endedWithout: boolean | null = null;

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
    this.#failure = failure;
    this.#before = media.interrupt(this.#first.atMs);
    // What is missing before that is a gap of the files that end there.
    this.#look(Math.max(nowMs, this.#first.atMs));
    const message = `${failure.message} Another one is started: what is sent until it has joined the room is missing.`;
    report.error(failure.code, message, null, { hint: failure.hint, part: this.#first.number });
    return true;
  }

  /** Called a few times a second. @param nowMs of the take's timeline */
  tick(nowMs: number): void {
    if (this.#schedule.takeDue(nowMs)) void this.#join();
    if (this.#missed.length > 0 || this.#options.media.isInterrupted) this.#look(nowMs);
    // The process learns of the pauses that begin when it has begun; in this one nothing is missed.
    if (this.#joined !== null && !this.#options.clock.isPaused) this.#goOn(this.#joined);
    this.#settle(nowMs);
  }

  /** The take ends: what is not received by now stays missing. @param nowMs of the take's timeline */
  end(nowMs: number): void {
    this.#schedule.cancel();
    this.#settle(nowMs);
    this.#endedWithout = this.#options.media.isInterrupted;
    void this.#joined?.close();
  }

  /** All is in the files: also what had waited for its sender's clock. @param endMs where the take has ended */
  filesEnded(endMs: number): void {
    this.#settle(endMs);
    for (const missed of this.#missed) this.#close(missed);
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
    const lost = formatSeconds(Math.max(0, clock.nowMs() - first.atMs));
    const message = `What is sent is received again after ${lost}, in part ${first.number}.`;
    report.warning('receiverBack', message, null, { part: first.number, takeMs: Math.round(first.atMs) });
    begin(copied);
  }

  /** Of who is muted nothing is missing, and of who speaks again something is; so it is of who comes while nobody receives. */
  #look(nowMs: number): void {
    const { media, participants, saveManifest, wanted } = this.#options;
    const failure = this.#failure;
    if (failure === null) return;
    const published = wanted();
    if (media.isInterrupted) this.#addTo(published);
    const on = new Set(published.filter(({ isMuted }) => !isMuted).map(({ trackSid }) => trackSid));
    for (const missed of this.#missed) {
      const { track } = missed;
      if (!on.has(track.trackSid)) {
        if (missed.sinceMs !== null) missed.offMs ??= nowMs;
        // Nobody receives it: nothing of it has come.
        if (media.isInterrupted) this.#close(missed);
        continue;
      }
      this.#close(missed);
      if (missed.sinceMs !== null) continue;
      missed.sinceMs = nowMs;
      participants.missing(track, failure, nowMs);
      saveManifest();
    }
  }

  /** Of what is off nothing was missing from then on. */
  #close(missed: Missed): void {
    if (missed.offMs === null) return;
    this.#options.participants.recordedFrom(missed.track.trackSid, missed.offMs);
    [missed.sinceMs, missed.offMs] = [null, null];
    this.#options.saveManifest();
  }

  /** What is not recorded for another reason stays that. */
  #addTo(published: readonly PublicationInfo[]): void {
    const known = new Set(this.#missed.map(({ track }) => track.trackSid));
    const further = published.filter(
      ({ trackSid }) => !known.has(trackSid) && !this.#options.participants.lacks(trackSid),
    );
    this.#missed = [...this.#missed, ...further.map((track) => ({ track, sinceMs: null, offMs: null }))];
  }

  /** Writes down until when what is recorded again was missing. What has ended is not waited for. */
  #settle(nowMs: number): void {
    if (this.#missed.length === 0) return;
    const { isInterrupted, latest } = this.#options.media;
    const entries = (this.#endedWithout ?? isInterrupted) ? [] : latest.entries();
    const rest = this.#missed.filter((missed) => {
      const { offMs, sinceMs, track } = missed;
      // Of who is muted nothing is missing once they are received.
      if (sinceMs === null) return !entries.some(({ tracks }) => tracks.some(isOf(track)));
      const backMs = entries.map((entry) => backIn(entry, track)).find((ms) => ms !== null) ?? null;
      if (backMs === null) {
        if (offMs !== null && nowMs - offMs > toldInMs) this.#close(missed);
        return true;
      }
      const untilMs = Math.max(sinceMs, Math.min(offMs ?? nowMs, backMs));
      this.#options.participants.recordedFrom(track.trackSid, untilMs);
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
function backIn({ copy, tracks }: ManifestFile, track: PublicationInfo): number | null {
  const { kind } = track;
  const own = tracks.find(isOf(track));
  const fromMs = copy?.[kind].sent?.fromMs;
  if (own === undefined || fromMs === undefined) return null;
  const first = tracks.find(({ role }) => kindOf(role) === kind);
  // What was there before it was another track.
  return first === own ? fromMs : Math.max(own.fromMs, fromMs);
}

const isOf =
  ({ trackSid }: PublicationInfo) =>
  (entry: { readonly trackSid: string }): boolean =>
    entry.trackSid === trackSid;

function kindOf(role: TrackRole): PublicationInfo['kind'] {
  return role === 'camera' || role === 'screenShare' ? 'video' : 'audio';
}
