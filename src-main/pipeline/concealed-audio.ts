import type { FoundLoss } from './missed-frames.js';
import { NeverHeard, type Silence } from './never-heard.js';
import { type ConnectionWitness, type PacketArrivals, PacketGaps } from './packet-gaps.js';

/** What WebRTC counted of one audio track up to now; all of it only grows. */
export interface ConcealmentFigures {
  readonly packetsReceived: number;
  readonly packetsLost: number;
  /** Samples of what arrived. */
  readonly samplesEmitted?: number | undefined;
  /** Samples that WebRTC made up: because a packet was lost, came late, or was never sent. */
  readonly concealedSamples?: number | undefined;
  /** Packets that came, and that the jitter buffer has thrown away: too late, or too many at once. */
  readonly arrivals?: { readonly packetsDiscarded: number } | undefined;
}

/** WebRTC counts at 48 kHz, whatever a microphone has. */
export const samplesPerMs = 48;
/** Opus takes no other lengths; most senders use 20. */
const packetMs = { least: 10, usual: 20, most: 120 } as const;
/** Concealment and lost packets are counted at different moments: after so long without either they are unrelated. Milliseconds. */
const calmAfterMs = 2_000;
/** Single packets that come too late are the network's jitter; so many at once are what a line or a server held back. */
const leastDiscarded = 10;
/** As much in one reading is an interruption that is heard as one, and not single packets. */
const leastBurstMs = 100;
/** So much more may be made up behind what was lost at a stretch, until there is sound again and WebRTC has counted, in milliseconds. */
const burstSlackMs = 500;
/** Readings of which it is known what was made up in each. */
const maxReadings = 8;

/** What WebRTC made up between two readings, and lost packets have not explained. */
interface MadeUp {
  readonly fromMs: number;
  readonly toMs: number;
  ms: number;
}

/** Audio that was lost and made up between two readings. */
export interface ConcealedLoss extends FoundLoss {
  /** It is a part of what was lost at a stretch. */
  readonly isBurst: boolean;
}

/**
 * How much of an audio track was lost on the network and made up by WebRTC: it plays something for every 10 ms, so that
 * no frame lacks when packets do. What it makes up because nothing was sent (a pause of the sender, silence that is not
 * transmitted) or because a packet came late is no loss: as much counts as the lost packets would have filled, and as came so
 * late that it has no place any more.
 */
export class ConcealedAudio {
  #ms = 0;
  #burstMs = 0;
  #before: ConcealmentFigures | null = null;
  #mostLost = 0;
  /** Made up, and not explained by lost packets so far; the newest last. */
  #madeUp: MadeUp[] = [];
  /** When it was read last, on the take's timeline. */
  #readAtMs = 0;
  readonly #concealed: ConcealedLoss[] = [];
  /** As {@link ConcealedAudio.read} takes it. */
  #unplacedBefore = 0;
  /** Lost, and not seen as made up so far. */
  #lostMs = 0;
  /** When something was made up or lost last, on the take's timeline. */
  #activeAtMs = 0;
  #heldBackMs = 0;
  #isMuted = false;
  /** For a part of the time since the last reading. */
  #wasMuted = false;
  readonly #gaps = new PacketGaps();
  readonly #neverHeard = new NeverHeard();
  readonly #found: FoundLoss[] = [];

  /** Made up in place of packets that were lost, or never sent by who is on, in milliseconds. */
  get ms(): number {
    return this.#ms + this.#heldBackMs + this.#gaps.lostMs + this.#neverHeard.lostMs;
  }

  /** The part of {@link ConcealedAudio.ms} that the network has not lost: nothing was sent, or nothing that a key fits. */
  get unheardMs(): number {
    return this.#neverHeard.lostMs;
  }

  /** The part of {@link ConcealedAudio.ms} that was lost at a stretch, and counted as lost when it was. */
  get burstMs(): number {
    return this.#burstMs;
  }

  /**
   * Stretches of it that were found out since the last call: so many packets at once that WebRTC does not count them, or
   * all of them.
   */
  drainGaps(): readonly FoundLoss[] {
    return this.#found.splice(0);
  }

  /** What was lost and made up since the last call, and when: found out some readings later. */
  drainConcealed(): readonly ConcealedLoss[] {
    return this.#concealed.splice(0);
  }

  /** Every stretch that began before then is told, on the take's timeline, but of who has never been heard. */
  get decidedToMs(): number {
    return this.#gaps.decidedToMs;
  }

  /** A part of the file ends there; as {@link NeverHeard.cut} says. */
  cut(atMs: number): void {
    this.#neverHeard.cut(atMs);
    this.#collect();
  }

  /** Another stream follows, or the same track subscribed anew: its counters begin with the next reading. */
  restart(): void {
    this.#before = null;
    this.#madeUp = [];
    this.#lostMs = 0;
    this.#gaps.interrupt();
  }

  /** The microphone was muted, or is open again: what is made up meanwhile stands for nothing that was lost. */
  setMuted(isMuted: boolean): void {
    this.#wasMuted ||= isMuted || this.#isMuted;
    this.#isMuted = isMuted;
    this.#gaps.interrupt();
  }

  /**
   * What was sent from then on was held back on its way. What came of it later is out of time, and is given up for a fresh stream.
   *
   * @param fromMs when the last packet came before, on the take's timeline
   * @param toMs so far the file was written with what WebRTC made up, or what is out of time
   */
  heldBack(fromMs: number, toMs: number): void {
    this.restart();
    const durationMs = toMs - Math.max(0, fromMs);
    if (durationMs <= 0) return;
    this.#heldBackMs += durationMs;
    this.#found.push({ fromMs: toMs - durationMs, toMs, lost: durationMs, total: this.ms });
  }

  /** When packets came. @param takeMs the present on the take's timeline */
  readArrivals(arrivals: PacketArrivals, connection: ConnectionWitness, takeMs: number): void {
    this.#gaps.read(arrivals, connection, takeMs);
    this.#collect();
  }

  /**
   * Called a few times a second.
   *
   * @param silence why nothing is heard of a track; null while it is subscribed anew @param takeMs as before
   */
  readSilence(silence: Silence | null, takeMs: number): void {
    this.#neverHeard.look(silence, takeMs);
    this.#collect();
  }

  /** As {@link PacketGaps.isOpen} says. */
  get isOpen(): boolean {
    return this.#gaps.isOpen;
  }

  /** As {@link PacketGaps.quietMs} says. */
  get quietMs(): number {
    return this.#gaps.quietMs;
  }

  /** Nothing follows: what is in doubt is decided. @param deadToMs as {@link PacketGaps.end} takes it */
  end(deadToMs: number | null = null): void {
    this.#gaps.end(deadToMs);
    this.#neverHeard.end();
    this.#collect();
  }

  #collect(): void {
    for (const { durationMs, fromMs, hasArrived = false } of [
      ...this.#gaps.drain(),
      ...this.#neverHeard.drain(),
    ]) {
      const found = { fromMs, toMs: fromMs + durationMs, lost: durationMs, total: this.ms };
      this.#found.push(hasArrived ? { ...found, hasArrived } : found);
    }
  }

  /**
   * Takes what WebRTC has counted by now.
   *
   * @param takeMs the present on the take's timeline
   * @param unplacedMs so much has come by now when something else stood in its place: what was made up for it, most likely
   */
  read(figures: ConcealmentFigures, takeMs: number, unplacedMs = 0): void {
    const moreUnplacedMs = unplacedMs - this.#unplacedBefore;
    this.#unplacedBefore = unplacedMs;
    const before = this.#before;
    const fromMs = this.#readAtMs;
    this.#before = figures;
    this.#readAtMs = takeMs;
    if (before === null || figures.packetsReceived < before.packetsReceived) {
      this.#mostLost = figures.packetsLost;
      return;
    }
    const isSilent = this.#wasMuted;
    this.#wasMuted = this.#isMuted;
    const concealed = (figures.concealedSamples ?? 0) - (before.concealedSamples ?? 0);
    const madeUpMs = isSilent ? 0 : concealed / samplesPerMs;
    // A packet that was only late is taken off again; it must not count twice when another one is lost.
    const lostPackets = Math.max(0, figures.packetsLost - this.#mostLost);
    this.#mostLost = Math.max(this.#mostLost, figures.packetsLost);
    if (madeUpMs > 0 || lostPackets > 0 || moreUnplacedMs > 0) this.#activeAtMs = takeMs;
    const discarded = discardedOf(figures) - discardedOf(before);
    const heldBackMs = discarded >= leastDiscarded ? discarded * packetMsOf(figures) : 0;
    if (takeMs - this.#activeAtMs >= calmAfterMs) {
      this.#madeUp = [];
      this.#lostMs = 0;
    }
    if (madeUpMs > 0) this.#keep({ fromMs, toMs: takeMs, ms: madeUpMs });
    this.#lostMs += lostPackets * packetMsOf(figures) + moreUnplacedMs + heldBackMs;
    if (this.#lostMs > 0) this.#explain();
  }

  #keep(madeUp: MadeUp): void {
    this.#madeUp.push(madeUp);
    const [oldest, next] = this.#madeUp;
    if (this.#madeUp.length <= maxReadings || oldest === undefined || next === undefined) return;
    this.#madeUp.splice(0, 2, { fromMs: oldest.fromMs, toMs: next.toMs, ms: oldest.ms + next.ms });
  }

  /** Lost packets were made up: single ones most likely a moment ago, many at a stretch from where it began. */
  #explain(): void {
    const madeUpMs = this.#madeUp.reduce((sum, { ms }) => sum + ms, 0);
    const concealedMs = Math.min(madeUpMs, this.#lostMs);
    const isBurst = concealedMs >= leastBurstMs;
    this.#lostMs -= concealedMs;
    this.#ms += concealedMs;
    if (isBurst) this.#burstMs += concealedMs;
    let left = concealedMs;
    const take = (reading: MadeUp | undefined): void => {
      const lost = Math.min(left, reading?.ms ?? 0);
      if (reading === undefined || lost <= 0) return;
      left -= lost;
      reading.ms -= lost;
      const { fromMs, toMs } = reading;
      this.#concealed.push({ fromMs, toMs, lost, total: this.ms, isBurst });
    };
    if (isBurst) for (const reading of this.#madeUp.slice(this.#burstAt(concealedMs))) take(reading);
    for (const reading of this.#madeUp.toReversed()) take(reading);
    this.#madeUp = this.#madeUp.filter(({ ms }) => ms > 0);
  }

  /** The reading with which began what was made up at a stretch, and ended by now: WebRTC counts it when it is over. */
  #burstAt(lostMs: number): number {
    let at = this.#madeUp.length - 1;
    let sumMs = this.#madeUp[at]?.ms ?? 0;
    for (; at > 0 && sumMs < lostMs + burstSlackMs; at -= 1) {
      const before = this.#madeUp[at - 1];
      if (before === undefined || before.ms < leastBurstMs) break;
      if (before.toMs < (this.#madeUp[at]?.fromMs ?? 0)) break;
      sumMs += before.ms;
    }
    return at;
  }
}

function discardedOf({ arrivals }: ConcealmentFigures): number {
  return arrivals?.packetsDiscarded ?? 0;
}

/** How much audio is in a packet, in milliseconds, by what has come so far. */
export function packetMsOf({
  packetsReceived,
  samplesEmitted = 0,
}: Pick<ConcealmentFigures, 'packetsReceived' | 'samplesEmitted'>): number {
  const ms = samplesEmitted / samplesPerMs / packetsReceived;
  return ms > 0 && ms < Infinity ? Math.min(packetMs.most, Math.max(packetMs.least, ms)) : packetMs.usual;
}
