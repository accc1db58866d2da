import { LineTally } from './line-counts.js';
import { Outage, type Stretch } from './outage.js';
import { leastWithheld } from './unheard.js';
import { UsualStep } from './usual-step.js';
import type { VideoLineHooks } from './video-line-hooks.js';

/** From one picture of a file to the next: how long it is, and what is missing in between. Times are the file's, in milliseconds. */
export class PictureSteps {
  #tally: LineTally = new LineTally();
  #onGap: VideoLineHooks['onGap'];
  readonly #usual: UsualStep;
  /** Whether something is missing since the last picture. */
  hasLost = false;

  #outage = new Outage();
  /** Since when pictures come that the file cannot hold; null while none do. */
  #refusedFromMs: number | null = null;
  /** Since when the server has taken the camera away; null while it has not. */
  #withheld: { readonly fromMs: number; readonly isSaid: boolean } | null = null;
  /** Since when a track goes on here that was in another file; null when a picture of it was written since. */
  #goesOnMs: number | null = null;

  /** @param usual how far apart the pictures of the camera are */
  constructor(usual = new UsualStep()) {
    this.#usual = usual;
  }

  /** They are those of a line: to be called once. */
  begin(tally: LineTally, onGap: VideoLineHooks['onGap']): void {
    this.#tally = tally;
    this.#onGap = onGap;
  }

  /** For the line of the next part of the take. @param endMs where this one ends */
  successor(endMs: number): PictureSteps {
    this.#endRefused(endMs);
    const next = new PictureSteps(this.#usual);
    next.#outage = this.#outage.successor(endMs);
    if (this.#goesOnMs !== null) next.#goesOnMs = 0;
    if (this.#withheld !== null) next.#withheld = { ...this.#withheld, fromMs: 0 };
    this.#tellWithheld(endMs, 0);
    return next;
  }

  /** The connection is lost. @param lastMs of the last picture @param isOn its camera is */
  connectionLost(atMs: number, lastMs: number, isOn: boolean): void {
    this.#outage.lost(atMs, lastMs, isOn);
  }

  /** It stands again. */
  connectionBack(atMs: number): void {
    this.#outage.back(atMs);
  }

  /** The server has taken it away: what it sends is lost until a picture comes, or it is off. @param isSaid as {@link leastWithheld} has it; may be told later */
  withheld(atMs: number, isSaid: boolean): void {
    this.#withheld = { fromMs: this.#withheld?.fromMs ?? atMs, isSaid };
  }

  /** Something of it comes again: what is missing before that is told with it. */
  given(): void {
    this.#withheld = null;
  }

  /** It has ended, or is off: what was withheld by then never came. */
  endWithheld(atMs: number): void {
    this.#tellWithheld(atMs, leastWithheld(this.#withheld?.isSaid === true));
  }

  #tellWithheld(atMs: number, leastMs: number): void {
    const fromMs = this.#withheld?.fromMs ?? atMs;
    this.#withheld = null;
    if (atMs - fromMs >= leastMs) this.lostBetween(fromMs, atMs);
  }

  /** The camera is off from then on. */
  off(atMs: number): void {
    this.endWithheld(atMs);
    this.#endRefused(atMs);
    this.#endGoingOn(atMs);
    this.#tell(this.#outage.end(atMs));
  }

  /** Its track has ended: with a lost connection all do, and others go on when it is back. */
  ended(atMs: number): void {
    if (!this.#outage.isLasting) this.#endMissing(atMs, false);
  }

  /** Nothing follows in the file. @param isOn the camera is */
  endAll(atMs: number, isOn: boolean): void {
    this.#tellWithheld(atMs, 0);
    this.#endMissing(atMs, isOn);
  }

  #endMissing(atMs: number, isOn: boolean): void {
    this.#endRefused(atMs);
    this.#endGoingOn(atMs);
    this.#tell(this.#outage.endAll(atMs, isOn));
  }

  /**
   * A picture was written; before the first one nothing is missing.
   *
   * @param isAfterBreak black was shown before it, which is where something is missing from, or the take was paused
   */
  note(beforeMs: number, atMs: number, isAfterBreak: boolean): void {
    this.#endRefused(atMs);
    const isFirstHere = this.#endGoingOn(atMs);
    const stepMs = atMs - beforeMs;
    const { written } = this.#tally;
    const missing = this.#outage.came(atMs, atMs);
    if (written > 1 && !isAfterBreak) this.#tally.longestStepMs = Math.max(this.#tally.longestStepMs, stepMs);
    if (missing !== null && this.dueIn(missing.toMs - missing.fromMs) > 0) this.#tell(missing);
    else if (written === 1) this.hasLost = false;
    else if (this.hasLost) this.tellLost(beforeMs, stepMs);
    else if (!isAfterBreak && !isFirstHere) this.#usual.note(stepMs);
  }

  /** A track goes on here whose pictures went into another file before: what comes before its next key frame is lost. */
  goesOn(atMs: number): void {
    this.#goesOnMs = Math.max(0, atMs);
  }

  #endGoingOn(atMs: number): boolean {
    const fromMs = this.#goesOnMs;
    this.#goesOnMs = null;
    if (fromMs === null) return false;
    const durationMs = atMs - fromMs;
    if (durationMs > 0)
      this.#onGap?.({ stream: 'video', atMs: fromMs, durationMs, dueFrames: 0, isIfLost: true });
    return true;
  }

  /** A picture is of a codec that the file cannot hold: all are from then on, until one is written or the camera is off. */
  refused(atMs: number): void {
    this.#refusedFromMs ??= Math.max(0, atMs);
  }

  /** Whether what comes now is of such a codec. */
  get isRefusing(): boolean {
    return this.#refusedFromMs !== null;
  }

  #endRefused(atMs: number): void {
    const fromMs = this.#refusedFromMs;
    this.#refusedFromMs = null;
    // Each of them came, and is counted: none was due beside them.
    if (fromMs !== null && atMs > fromMs)
      this.#onGap?.({
        stream: 'video',
        atMs: fromMs,
        durationMs: atMs - fromMs,
        dueFrames: 0,
        isRefused: true,
      });
  }

  /** Something is missing behind a picture. */
  tellLost(atMs: number, durationMs: number): void {
    this.hasLost = false;
    const gap = { stream: 'video', atMs, durationMs, dueFrames: this.dueIn(durationMs) } as const;
    this.#tally.missed += this.#onGap?.(gap) ?? 0;
  }

  #tell(missing: Stretch | null): void {
    if (missing !== null) this.lostBetween(missing.fromMs, missing.toMs);
  }

  /** From there to there pictures are missing, if any were due. */
  lostBetween(fromMs: number, toMs: number): void {
    if (fromMs >= 0 && this.dueIn(toMs - fromMs) > 0) this.tellLost(fromMs, toMs - fromMs);
  }

  /** A picture of a pause was left out, which stands there. */
  leftOut(jointMs: number): void {
    this.#tell(this.#outage.came(jointMs, jointMs));
  }

  /** As {@link UsualStep.dueIn}. */
  dueIn(durationMs: number): number {
    return this.#usual.dueIn(durationMs);
  }
}
