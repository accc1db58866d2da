import { FrameIntervals, longGapMs, neighbors } from './frame-intervals.js';
import { HeldBackFrames } from './held-back-frames.js';
import { evidenceAfterMs, type FrameLossFigures, LossEvidence } from './loss-evidence.js';
import { onTheirWay, UndeliveredFrames } from './undelivered-frames.js';

/**
 * A gap of this many intervals means that frames are missing: between one, which is on time, and two, which lack one;
 * nearer to two, for cameras send unevenly.
 */
const missedAfterIntervals = 1.8;
/** No camera sends more than 120 frames in a second. */
const leastIntervalMs = 8;
/** Gaps that wait for WebRTC's figures: more than come in that time. The oldest is decided with what is known. */
const maxUndecided = 64;
/** Standstills that are remembered: gaps are judged within seconds. */
const maxStandstills = 8;
/** Gaps that wait for {@link MissedFrames.drain}; what comes beyond is told with the last of them. */
const maxFound = 64;

/** A stretch of time, in milliseconds. */
export interface Interval {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What was lost in a stretch of a track, and found out a while later. */
export interface FoundLoss extends Interval {
  /** Frames of video, or milliseconds of audio. */
  readonly lost: number;
  /** What the count that it belongs to was when it had been added: tells whether a reading of that has it. */
  readonly total: number;
  /** It came, and no key fits it. */
  readonly hasArrived?: boolean;
}

/**
 * Estimates how many frames of a camera never came, from gaps between the time stamps of those that did.
 *
 * An interval is a gap when it is longer than the track's own interval both before and after it: a camera that goes
 * from 30 to 15 fps lost nothing, one that lacks every fifth frame still has the interval of 30 fps. Order statistics
 * tell that interval; nothing adapts to the gaps. Each interval is judged when 15 more have come.
 *
 * A gap counts only when WebRTC's figures say that something was lost around it: packets, frames that it dropped, or
 * frames that it decoded and that did not reach us, and of those no more than it says; or when the watchdog had closed the
 * stream there. What the source did not send is not missed, nor is what the file would have had no slot for. Before the
 * first figures every gap counts. Of a source that may pause, as a screen that does not change, only a gap in which this
 * process stood still does.
 *
 * Allocates nothing for a frame.
 */
export class MissedFrames {
  readonly #canPause: boolean;
  readonly #standstills: Interval[] = [];
  readonly #intervals = new FrameIntervals();
  #unplaced = 0;
  #judged = 0;
  #previousMs: number | null = null;
  #count = 0;
  /** The track's own interval when it stopped last; 0 before, Infinity when it had none. */
  #usualMs = 0;
  readonly #found: FoundLoss[] = [];
  readonly #undecided: { readonly fromMs: number; readonly toMs: number; readonly frames: number }[] = [];
  readonly #evidence = new LossEvidence();
  #figures: FrameLossFigures | null = null;
  readonly #undelivered = new UndeliveredFrames();
  /** The track was off, or another one came, since the last reading. */
  #wasStopped = false;
  readonly #heldBack = new HeldBackFrames();

  readonly #slotMs: number;

  /** @param canPause a pause of the source says nothing @param slotMs of what comes faster the file takes a frame each; 0: all */
  constructor(canPause = false, slotMs = 0) {
    this.#canPause = canPause;
    this.#slotMs = slotMs;
  }

  /** Frames that never came, as far as that is decided. */
  get count(): number {
    return this.#count;
  }

  /** The gaps that were decided since the last call, in their order. Those of {@link MissedFrames.away} are not among them. */
  drain(): readonly FoundLoss[] {
    return this.#found.splice(0);
  }

  /** Every gap that began before then is decided, on the clock of {@link MissedFrames.add}; Infinity while the track is off. */
  get decidedToMs(): number {
    const [oldest] = this.#undecided;
    if (oldest !== undefined) return oldest.fromMs;
    if (this.#heldBack.fromMs !== null) return this.#heldBack.fromMs;
    if (this.#judged === this.#intervals.seen) return this.#previousMs ?? Infinity;
    return this.#intervals.fromMs(this.#judged);
  }

  /** The next frame of the track. @param timeMs where it stands, in milliseconds; they only grow */
  add(timeMs: number): void {
    const previousMs = this.#previousMs;
    this.#previousMs = timeMs;
    this.#heldBack.came();
    if (previousMs === null) {
      this.#unplaced = 0;
      return;
    }
    if (this.#heldBack.fromMs !== null) {
      if (this.#heldBack.isOver) this.#endHeldBack(timeMs);
      return;
    }
    this.#intervals.add(timeMs - previousMs, timeMs, this.#unplaced);
    this.#unplaced = 0;
    if (this.#intervals.seen - this.#judged > neighbors) this.#judge();
    this.#decide(timeMs);
  }

  /**
   * A frame of the track has come whose time is behind the newest one's, or wrong: it is counted as dropped, and not missed as
   * well: in the long gap in which it would stand, as behind one whose time was ahead of its own, or in what comes next.
   * @param timeMs where it would stand, on the clock of {@link MissedFrames.add}; left out where that is not known
   */
  noteUnplaced(timeMs = Infinity): void {
    this.#heldBack.came();
    if (!this.#intervals.noteUnplaced(timeMs, this.#judged)) this.#unplaced += 1;
  }

  /** The newest frame is left out, for its slot is taken. */
  noteLeftOut(): void {
    this.#heldBack.leftOut();
  }

  /**
   * The file ends there, right behind a standstill that began after `sinceMs`: what that held up had no time to come.
   *
   * @returns how many frames lack that were due by then, and had not been counted
   */
  lackAtEnd(endMs: number, sinceMs: number): number {
    if (this.#canPause) return 0;
    const frames = this.#heldBack.lackAtEnd(endMs, sinceMs, this.#slotMs, this.#count);
    this.#count += frames;
    return frames;
  }

  #noteQuiet(nowMs: number, fromMs: number): void {
    const intervalMs = this.#intervals.latestMs || this.#usualMs;
    this.#heldBack.quiet(nowMs, { fromMs, intervalMs, missed: this.#count });
  }

  /** Nothing could be received in that time: the process stood still, be it for a moment. */
  stoodStill({ fromMs, toMs }: Interval): void {
    const newestMs = this.#previousMs;
    if (newestMs !== null && this.#heldBack.fromMs === null) this.#noteQuiet(toMs, newestMs);
    if (toMs - fromMs < longGapMs) return;
    if (this.#standstills.length >= maxStandstills) this.#standstills.shift();
    this.#standstills.push({ fromMs, toMs });
  }

  /** The watchdog has closed the stream behind the newest frame: what came until it was open again was lost here. */
  streamClosed(): void {
    if (this.#previousMs !== null) this.#evidence.note(this.#previousMs, Infinity);
  }

  /**
   * What has come since the track was quiet was held back on its way and delivered at once, and is given up for a fresh stream:
   * what of it has not come by then is lost, and the times of what has come tell nothing. So it is behind a standstill.
   *
   * @param nowMs on the clock of {@link MissedFrames.add}
   */
  heldBack(nowMs: number): void {
    const fromMs = this.#canPause ? null : this.#heldBack.begin(nowMs);
    if (fromMs === null) return;
    while (this.#judged < this.#intervals.seen && this.#intervals.toMs(this.#judged) <= fromMs) this.#judge();
    const behind = this.#undecided.findIndex(({ toMs }) => toMs > fromMs);
    if (behind >= 0) this.#undecided.splice(behind);
  }

  /** What comes from now on is on time again. */
  caughtUp(): void {
    this.#heldBack.over();
  }

  #endHeldBack(toMs: number): void {
    const lost = this.#heldBack.end(toMs, this.#slotMs, this.#count);
    this.#count += lost?.frames ?? 0;
    if (lost !== null) this.#note(lost);
    this.#intervals.restart();
    this.#judged = 0;
  }

  /**
   * Takes what WebRTC has counted by now.
   *
   * @param nowMs on the clock of {@link MissedFrames.add}
   * @param received frames of the track that have come
   */
  read(nowMs: number, figures: FrameLossFigures, received: number): void {
    const newestMs = this.#previousMs;
    if (newestMs !== null && this.#heldBack.isQuiet(nowMs - newestMs)) this.#noteQuiet(nowMs, newestMs);
    const before = this.#figures;
    const wasStopped = this.#wasStopped;
    this.#wasStopped = false;
    this.#figures = figures;
    const decoded = figures.framesDecoded ?? 0;
    // A new track, or the same one subscribed anew, counts from zero.
    if (before === null || decoded < (before.framesDecoded ?? 0)) {
      this.#undelivered.restart(decoded, received);
      // Between the two streams of a camera that was on nothing could come.
      if (before !== null && !wasStopped) this.#evidence.note(nowMs, Infinity);
      return;
    }
    const dropped = Math.max(0, (figures.framesDropped ?? 0) - (before.framesDropped ?? 0));
    const { came, further } = this.#undelivered.read(nowMs, decoded, received);
    if (came > 0) this.#evidence.withdraw(came);
    // Some of those that are on their way may be lost.
    const undelivered = further > 0 ? further + onTheirWay : 0;
    const frames = figures.packetsLost > before.packetsLost ? Infinity : dropped + undelivered;
    if (frames > 0) this.#evidence.note(nowMs, frames, undelivered);
  }

  /** The track is off, or has ended: what follows is no gap, and what has come is judged by what is known. */
  stop(): void {
    this.#noteUsual();
    if (this.#heldBack.fromMs !== null && this.#previousMs !== null) this.#endHeldBack(this.#previousMs);
    while (this.#judged < this.#intervals.seen) this.#judge();
    this.#decide(Infinity);
    this.#intervals.restart();
    this.#judged = 0;
    this.#previousMs = null;
    this.#wasStopped = true;
  }

  /** What came in a burst, or was too little, tells nothing of a rate. */
  #noteUsual(): void {
    const usualMs = this.#intervals.latestMs;
    if (usualMs >= leastIntervalMs && (this.#intervals.seen >= neighbors || this.#usualMs === 0))
      this.#usualMs = usualMs;
  }

  /**
   * The track had stopped because it was away with the connection, and not because its owner wanted it.
   *
   * @param known frames that came in that time and were dropped, or are known to be missing
   * @returns how many others would have come, by the rate it had before; they are counted
   */
  away(ms: number, known: number): number {
    const hasRate = this.#usualMs > 0 && !this.#canPause;
    const frames = hasRate ? Math.max(0, Math.round(ms / Math.max(this.#usualMs, this.#slotMs)) - known) : 0;
    this.#count += frames;
    return frames;
  }

  /** Judges the oldest interval that has not been, by its neighbors. */
  #judge(): void {
    const at = this.#judged;
    this.#judged += 1;
    const fromMs = this.#intervals.fromMs(at);
    const toMs = this.#intervals.toMs(at);
    const intervalMs = this.#intervals.usualAroundMs(at);
    if (intervalMs === 0 || toMs - fromMs <= missedAfterIntervals * intervalMs) return;
    const dueMs = Math.max(intervalMs, this.#slotMs);
    const frames = Math.round((toMs - fromMs) / dueMs) - 1 - this.#intervals.unplacedIn(at);
    if (frames <= 0) return;
    if (this.#undecided.length >= maxUndecided) this.#decide(Infinity);
    this.#undecided.push({ fromMs, toMs, frames });
  }

  /** Gaps whose time has passed count when something was lost around them. */
  #decide(nowMs: number): void {
    for (
      let oldest = this.#undecided[0];
      oldest !== undefined &&
      (this.#canPause || this.#figures === null || nowMs >= oldest.toMs + evidenceAfterMs);
      oldest = this.#undecided[0]
    ) {
      this.#undecided.shift();
      const lost = this.#lostOf(oldest);
      if (lost > 0) {
        this.#count += lost;
        this.#note({ ...oldest, frames: lost });
      }
    }
  }

  #note({ frames, fromMs, toMs }: Interval & { readonly frames: number }): void {
    const last = this.#found.length < maxFound ? undefined : this.#found.pop();
    this.#found.push({
      fromMs: last?.fromMs ?? fromMs,
      toMs,
      lost: (last?.lost ?? 0) + frames,
      total: this.#count,
    });
  }

  /** How many frames of a gap were lost: as many as something tells of around it, and nothing has told of another gap. */
  #lostOf({ frames, fromMs, toMs }: Interval & { readonly frames: number }): number {
    if (this.#canPause)
      return this.#standstills.some((stood) => stood.fromMs < toMs && stood.toMs > fromMs) ? frames : 0;
    if (this.#figures === null) return frames;
    return this.#evidence.take({ frames, fromMs, toMs });
  }
}
