import type { EncodedFrame } from '../frames/encoded-frame.js';
import { type LineCounts, type LineGap, LineTally } from './line-counts.js';
import type { MatroskaFile } from './matroska-file.js';
import { Outage, type Stretch } from './outage.js';

/** CELT, full band, mono: one frame of 20 ms that says that it is silent, and six of them in one packet (RFC 6716, section 3). */
const shortSilence = { durationMs: 20, data: Buffer.from([0xf8, 0xff, 0xfe]) } as const;
const longSilence = {
  durationMs: 120,
  data: Buffer.from([0xfb, 0x06, ...Array.from({ length: 6 }, () => [0xff, 0xfe]).flat()]),
} as const;
/** The shorter frames of the same mode: what is left of a gap, for those who put packet behind packet and read no times. */
const restSilences = [
  { durationMs: 10, data: Buffer.from([0xf0, 0xff, 0xfe]) },
  { durationMs: 5, data: Buffer.from([0xe8, 0xff, 0xfe]) },
  { durationMs: 2.5, data: Buffer.from([0xe0, 0xff, 0xfe]) },
] as const;
/** Of a gap of more than this most is written in long packets. */
const longGapMs = 1_000;

/** So long a microphone that is on is waited for, in milliseconds: what the network held back still finds its place. */
const onPatienceMs = 5_000;
/** And one that is off. */
const offPatienceMs = 1_000;
/** A packet may begin this much before the end of the one before: clocks are brought together in steps. */
const overlapMs = 15;

/** A microphone that is on and has not sent a packet for so long lacks all that was to be heard: who joins needs a moment. */
const unheardMs = 3_000;
/** One that the server has taken away, and of which nothing has come when it goes off: a track that ends is told of sooner. */
const withheldMs = 2_500;
/** Less of it nobody hears, and a sender's clock is as far off. */
const leastGapMs = 5;

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
  /** What its disk has not taken was told of with the end of the line. */
  #isLossTold = false;
  /** Packets of a pause were left out since the last one. */
  #wasPaused = false;
  /** What was sent from then on is not in the file, in milliseconds of it. */
  endsAtMs = Infinity;
  #isOn = false;
  /** Since when a microphone is on of which no packet has come; null when one has, or none is due. */
  #unheardSinceMs: number | null = null;
  #hasArrived = false;
  /** The server has taken it away. */
  #isWithheld = false;
  /** Of a later part: what comes from before it was sent into the one before, and is late. */
  #isContinued = false;
  /** Where the last gap ends that was noted for want of packets. */
  #unheardEndMs = 0;
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

  /** Whether a microphone is published and not muted: silence waits longer then. */
  setOn(isOn: boolean): void {
    // What goes off with the take is judged at its end.
    if (!isOn && this.endsAtMs < Infinity) return;
    this.#isOn = isOn;
    if (isOn) return;
    this.#lack(this.#outage.end(this.#tickedMs));
    this.#endUnheard(this.#tickedMs, this.#isWithheld ? withheldMs : unheardMs);
    this.#isWithheld = false;
  }

  /** The server has taken the microphone away: what it sends is lost until a packet comes, or it is off. @param atMs of the file */
  withheld(atMs: number): void {
    this.#hasArrived = false;
    this.#isWithheld = true;
    this.#unheardSinceMs = this.#isOn ? Math.max(atMs, this.#soundedMs ?? 0) : null;
  }

  /** A packet has come, whatever becomes of it. @param atMs of the file */
  arrived(atMs: number): void {
    if (this.#hasArrived) return;
    this.#hasArrived = true;
    this.#endUnheard(atMs, this.#leastUnheardMs);
    this.#isWithheld = false;
  }

  /** The microphone's track has ended. With a lost connection all do, and others go on when it is back. */
  ended(): void {
    if (!this.#outage.isLasting) this.setOn(false);
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
      return;
    }
    this.#wasPaused = false;
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
   * Leaves out a packet of a pause.
   *
   * @param jointMs where the pause stands in the file
   * @param mayLack the packet before it is in the file: what was lost in between, was lost before the pause
   */
  leaveOut({ durationMs, lostBefore = 0 }: EncodedFrame, jointMs: number, mayLack: boolean): void {
    this.#tally.handedOver += 1;
    this.#tally.drop('paused');
    const isFirst = mayLack && !this.#wasPaused;
    this.#noteLoss(this.#outage.came(jointMs, jointMs), jointMs, isFirst ? lostBefore * durationMs : 0);
    this.#wasPaused = true;
  }

  /** Fills what nothing is expected for any more. @param nowMs of the file */
  tick(nowMs: number): void {
    this.#tickedMs = nowMs;
    if (this.#isOn && !this.#hasArrived) this.#unheardSinceMs ??= Math.max(0, nowMs);
    this.#fillTo(nowMs - (this.#isOn ? onPatienceMs : offPatienceMs));
  }

  /** Fills up to the end of the file. */
  finish(endMs: number): void {
    this.#endUnheard(endMs, this.#leastUnheardMs);
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
    next.#hasArrived = this.#hasArrived;
    next.#isWithheld = this.#isWithheld;
    next.#outage = this.#outage.successor(endMs);
    next.#wasPaused = this.#wasPaused;
    next.#unheardSinceMs = this.#unheardSinceMs === null ? null : 0;
    next.#soundedMs = this.#soundedMs === null ? null : 0;
    next.endsAtMs = this.endsAtMs - endMs;
    this.#endUnheard(endMs, this.#leastUnheardMs);
    this.#tellRefused(endMs);
    this.#noteLoss(this.#outage.endAll(endMs, this.#isOn), endMs, lostBefore * durationMs);
    this.#fillUpTo(endMs);
    return next;
  }

  /** Whether a microphone is published and not muted: what it sends may still come. */
  get isOn(): boolean {
    return this.#isOn;
  }

  /** That nothing came of a microphone that was taken away is known from the first moment on. */
  get #leastUnheardMs(): number {
    return this.#isWithheld ? leastGapMs : unheardMs;
  }

  #endUnheard(nowMs: number, leastMs: number): void {
    const atMs = this.#unheardSinceMs ?? nowMs;
    this.#unheardSinceMs = null;
    const durationMs = nowMs - atMs;
    if (durationMs < leastMs) return;
    this.#unheardEndMs = nowMs;
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
    const atMs = Math.max(stretch.fromMs, this.#soundedMs, this.#unheardEndMs);
    const durationMs = stretch.toMs - atMs;
    if (durationMs < leastGapMs) return;
    this.#tally.lostMs += durationMs;
    this.#onGap({ stream: 'audio', atMs, durationMs, dueFrames: null });
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
    // Less between two packets is the sender's clock.
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
