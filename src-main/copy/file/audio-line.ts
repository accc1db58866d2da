import type { EncodedFrame } from '../frames/encoded-frame.js';
import { LateAudio, leastGapMs, overlapMs } from './late-audio.js';
import { type LineCounts, type LineGap, LineTally } from './line-counts.js';
import type { MatroskaFile } from './matroska-file.js';
import { longSilence, restSilences, shortSilence } from './opus-silence.js';
import { Outage, type Stretch } from './outage.js';
import { Sealed } from './sealed.js';
import { Unheard } from './unheard.js';

/** Of a gap of more than this most is written in long packets. */
const longGapMs = 1_000;
/** So long a microphone that is on is waited for, in milliseconds: what the network held back still finds its place. */
const onPatienceMs = 5_000;
/** And one that is off. */
const offPatienceMs = 1_000;
/** What a packet is written into. */
type LineTarget = Pick<MatroskaFile, 'write'> & Partial<Pick<MatroskaFile, 'unwritten'>>;
/** What a line has to know of a packet. */
type PushedPacket = Pick<EncodedFrame, 'data' | 'durationMs' | 'lostBefore'>;

/** The audio of a file: what was sent, and silence wherever nothing was. */
export class AudioLine {
  readonly #file: LineTarget;
  readonly #onGap: (gap: LineGap) => void;
  readonly #tally = new LineTally();
  #lastMs = -1;
  #endMs = 0;
  /** Where the last packet that was sent ends; silence does not count. Null before the first. */
  #soundedMs: number | null = null;
  #outage = new Outage();
  /** What the file had no room for, or its disk refused, since the last packet that it took. */
  #refused: Stretch | null = null;
  readonly #late = new LateAudio();
  /** What comes and no key fits. */
  readonly sealed = new Sealed();
  /** Since when the microphone is off, in milliseconds of the file; null while it is on. */
  #offMs: number | null = 0;
  /** What its disk has not taken was told of with the end of the line. */
  #isLossTold = false;
  /** Packets of a pause were left out since the last one. */
  #wasPaused = false;
  /** What was sent from then on is not in the file, in milliseconds of it. */
  endsAtMs = Infinity;
  #isOn = false;
  #unheard = new Unheard();
  /** Of a later part: what comes from before it was sent into the one before, and is late. */
  #isContinued = false;
  /** Where the last gap ends that was noted for want of packets, or of packets that came too late. */
  #toldEndMs = 0;
  #tickedMs = 0;

  /** @param onGap packets were lost, and silence stands in the place of what they held */
  constructor(file: LineTarget, onGap: (gap: LineGap) => void = () => undefined) {
    this.#file = file;
    this.#onGap = onGap;
  }

  /** What became of the packets up to now. */
  get counts(): LineCounts {
    return this.#tally.count(0);
  }

  /** Up to where there is audio or silence, in milliseconds of the file. */
  get endMs(): number {
    return this.#endMs;
  }

  /** Whether a microphone is published and not muted. @param atMs since when, of the file; what was sent before may be on its way */
  setOn(isOn: boolean, atMs: number): void {
    // What goes off with the take is judged at its end.
    if (!isOn && this.endsAtMs < Infinity) return;
    this.#isOn = isOn;
    this.#offMs = isOn ? null : (this.#offMs ?? atMs);
    if (isOn) return;
    this.#tellSealed(Infinity);
    this.#lack(this.#outage.end(this.#tickedMs));
    this.endWithheld(Math.max(atMs, this.#tickedMs));
  }

  /** The server has taken the microphone away: what it sends is lost until a packet comes, or it is off. @param isSaid as {@link Unheard.withheld} has it */
  withheld(atMs: number, isSaid: boolean): void {
    this.#unheard.withheld(this.#isOn ? Math.max(atMs, this.#soundedMs ?? 0) : null, isSaid);
  }

  /** The line carried nothing from there to there, and nothing comes behind that. Milliseconds of the file. */
  cutOff(fromMs: number, toMs: number): void {
    const missing = { fromMs: Math.max(fromMs, this.#soundedMs ?? 0), toMs: Math.min(toMs, this.endsAtMs) };
    if (this.#isOn && !this.#outage.isOpen) this.#tellMissing(missing);
  }

  /** It is off: what it sent since it was taken away, or came on, never came. @param atMs of the file */
  endWithheld(atMs: number): void {
    this.#tellMissing(this.#unheard.off(atMs));
  }

  /** A packet has come, whatever becomes of it. @param atMs of the file */
  arrived(atMs: number): void {
    this.#tellMissing(this.#unheard.arrived(atMs));
  }

  /** The microphone's track has ended. With a lost connection all do, and others go on when it is back. @param atMs of the file */
  ended(atMs: number): void {
    if (!this.#outage.isLasting) this.setOn(false, atMs);
    else if (this.endsAtMs === Infinity) this.#isOn = false;
  }

  /** The connection is lost: nobody knows how much is lost before the next packet behind it, but everything. @param atMs of the file */
  connectionLost(atMs: number): void {
    this.#outage.lost(atMs, this.#soundedMs, this.#isOn);
  }

  /** It stands again. @param atMs of the file */
  connectionBack(atMs: number): void {
    this.#outage.back(atMs);
  }

  /** Writes a packet at its time. @param timeMs of the file */
  push({ data, durationMs, lostBefore = 0 }: PushedPacket, timeMs: number): void {
    this.#tally.handedOver += 1;
    if (timeMs + durationMs <= 0 || timeMs >= this.endsAtMs) {
      this.#tally.drop(this.#isContinued && timeMs < this.endsAtMs ? 'late' : 'outside');
      return;
    }
    // At a pause packets are whole: one more that sounds at the same time as the last one would be one too many.
    if (this.#wasPaused && timeMs < this.#endMs - durationMs / 2) {
      this.#tally.drop('paused');
      return;
    }
    if (timeMs < this.#endMs - Math.max(overlapMs, durationMs)) {
      this.#tally.drop('late');
      // A lost connection counts as a whole.
      const [soundedMs, offMs] = [this.#soundedMs ?? 0, this.#offMs ?? Infinity];
      if (!this.#outage.isOpen)
        this.#tellMissing(this.#late.note({ timeMs, durationMs, lostBefore, soundedMs, offMs }));
      return;
    }
    this.#wasPaused = false;
    this.#tellLate();
    this.#tellMissing(this.sealed.before(timeMs, this.#soundedMs ?? 0));
    this.#noteLoss(this.#outage.came(timeMs, timeMs + durationMs), timeMs, lostBefore * durationMs);
    this.#fillUpTo(timeMs);
    const atMs = Math.max(Math.round(timeMs), this.#lastMs + 1);
    if (!this.#file.write('audio', atMs, true, data, durationMs)) {
      this.#tally.drop('writerFull');
      this.#refused = { fromMs: this.#refused?.fromMs ?? timeMs, toMs: timeMs + durationMs };
      return;
    }
    this.#tellRefused();
    this.#tally.wrote(atMs, Math.max(timeMs + durationMs, atMs));
    this.#tally.writtenMs += durationMs;
    this.#lastMs = atMs;
    this.#endMs = Math.max(timeMs + durationMs, atMs);
    this.#soundedMs = this.#endMs;
  }

  /**
   * Leaves out a packet of a pause. @param jointMs where the pause stands in the file
   *
   * @param mayLack the packet before it is in the file: what was lost in between, was lost before the pause
   */
  leaveOut({ durationMs, lostBefore = 0 }: EncodedFrame, jointMs: number, mayLack: boolean): void {
    this.#tally.handedOver += 1;
    this.#tally.drop('paused');
    const isFirst = mayLack && !this.#wasPaused;
    this.#tellLate();
    this.#noteLoss(this.#outage.came(jointMs, jointMs), jointMs, isFirst ? lostBefore * durationMs : 0);
    this.#wasPaused = true;
  }

  /**
   * Fills what nothing is expected for any more.
   *
   * @param nowMs of the file @param soundMs no silence beyond it: packets wait for their times
   */
  tick(nowMs: number, soundMs = nowMs): void {
    this.#tickedMs = nowMs;
    this.#tellLate();
    if (this.#isOn) this.#unheard.tick(nowMs);
    this.#fillTo(soundMs - (this.#isOn ? onPatienceMs : offPatienceMs));
  }

  /** Fills up to the end of the file. */
  finish(endMs: number): void {
    this.#tellLate();
    this.#tellSealed(endMs);
    this.#tellMissing(this.#unheard.end(endMs));
    this.#tellRefused(endMs);
    this.#lack(this.#outage.endAll(endMs, this.#isOn));
    this.#fillUpTo(endMs);
  }

  /**
   * Ends it where the next part of the take begins, and makes the line of that: what is on, missing or waited for there goes on in
   * it.
   *
   * @param endMs where that is, of this file @param lostBefore packets that were lost right before it
   */
  successor(
    file: MatroskaFile,
    onGap: (gap: LineGap) => void,
    endMs: number,
    { durationMs, lostBefore }: { readonly durationMs: number; readonly lostBefore: number },
  ): AudioLine {
    const next = new AudioLine(file, onGap);
    next.#isContinued = true;
    next.#isOn = this.#isOn;
    next.#offMs = this.#offMs === null ? null : Math.max(0, this.#offMs - endMs);
    next.#outage = this.#outage.successor(endMs);
    next.#wasPaused = this.#wasPaused;
    next.#unheard = this.#unheard.successor();
    next.#soundedMs = this.#soundedMs === null ? null : 0;
    next.endsAtMs = this.endsAtMs - endMs;
    this.#tellLate();
    this.#tellSealed(endMs);
    this.#tellMissing(this.#unheard.end(endMs));
    this.#tellRefused(endMs);
    this.#noteLoss(this.#outage.endAll(endMs, this.#isOn), endMs, lostBefore * durationMs);
    this.#fillUpTo(endMs);
    return next;
  }

  /** Whether a microphone is published and not muted: what it sends may still come. */
  get isOn(): boolean {
    return this.#isOn;
  }

  /** @param upToMs where something else begins, or the file ends */
  #tellSealed(upToMs: number): void {
    this.#tellMissing(this.sealed.end(upToMs, this.#soundedMs ?? 0));
  }

  #tellLate(): void {
    this.#tellMissing(this.#late.take());
  }

  /** Nothing of it was told before. */
  #tellMissing(missing: Stretch | null): void {
    if (missing === null) return;
    const atMs = Math.max(missing.fromMs, this.#toldEndMs);
    this.#toldEndMs = Math.max(missing.toMs, atMs);
    this.#tell(atMs, missing.toMs);
  }

  #tell(atMs: number, toMs: number): void {
    const durationMs = toMs - atMs;
    if (durationMs < leastGapMs) return;
    this.#tally.lostMs += durationMs;
    this.#onGap({ stream: 'audio', atMs, durationMs, dueFrames: null });
  }

  /** A microphone that is silent sends nothing: no more is missing than the lost packets held, but for a lost connection. */
  #noteLoss(outage: Stretch | null, timeMs: number, mostMs: number): void {
    if (outage !== null) this.#lack(outage);
    else if (mostMs > 0) this.#lack({ fromMs: timeMs - mostMs, toMs: timeMs });
  }

  #lack(stretch: Stretch | null): void {
    if (this.#soundedMs === null || stretch === null) return;
    this.#tell(Math.max(stretch.fromMs, this.#soundedMs, this.#toldEndMs), stretch.toMs);
  }

  /** @param endMs nothing comes any more; left out, the file has taken a packet again */
  #tellRefused(endMs?: number): void {
    const lostFromMs = this.#isLossTold ? Infinity : (this.#file.unwritten?.fromMs.audio ?? Infinity);
    this.#isLossTold ||= endMs !== undefined;
    const fromMs = Math.min(this.#refused?.fromMs ?? Infinity, lostFromMs);
    const toMs = (lostFromMs === Infinity ? undefined : endMs) ?? this.#refused?.toMs ?? fromMs;
    this.#refused = null;
    if (fromMs === Infinity) return;
    this.#soundedMs = Math.min(this.#soundedMs ?? fromMs, fromMs);
    this.#lack({ fromMs, toMs });
  }

  #fillTo(toMs: number): void {
    while (toMs - this.#endMs >= shortSilence.durationMs) {
      const silence = toMs - this.#endMs > longGapMs ? longSilence : shortSilence;
      if (!this.#fill(silence)) return;
    }
  }

  /** Nothing else comes before `toMs`: what is left of a gap is filled as well, but for less than the shortest packet. */
  #fillUpTo(toMs: number): void {
    if (toMs - this.#endMs < leastGapMs) return;
    this.#fillTo(toMs);
    for (const silence of restSilences) {
      if (toMs - this.#endMs >= silence.durationMs && !this.#fill(silence)) return;
    }
  }

  /** False when the writer has no room. */
  #fill({ data, durationMs }: { readonly data: Buffer; readonly durationMs: number }): boolean {
    const atMs = Math.max(Math.round(this.#endMs), this.#lastMs + 1);
    if (!this.#file.write('audio', atMs, true, data, durationMs, 'filled')) return false;
    this.#tally.filled += 1;
    this.#tally.filledMs += durationMs;
    this.#lastMs = atMs;
    this.#endMs += durationMs;
    return true;
  }
}
