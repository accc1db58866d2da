import type { OrderedPacket } from '../contract.js';
import { ExtendedNumber } from './extended-number.js';
import { type LossCause, noLosses, type WindowCounts } from './packet-counts.js';
import { receiveCaps } from './receive-caps.js';
import { ReorderDelay } from './reorder-delay.js';

/** How a packet came: as the server sent it first, or again because it was asked for. */
export type PacketWay = 'sent' | 'resent';

/** A packet as it came; the window owns it from then on, and makes its number one that does not wrap. */
export interface ArrivedPacket extends Omit<OrderedPacket, 'sequence'> {
  /** 16 bit. */
  sequence: number;
}

/** What the window gives: each number once, either as a packet or within a lost range, in order. */
export interface WindowListener {
  packet(packet: OrderedPacket): void;
  lost(from: number, to: number, cause: LossCause): void;
}

/** A number that has not come yet. */
export interface MissingPacket {
  readonly sinceMs: number;
  /** When it was last asked for, and how often so far. */
  askedMs: number;
  asked: number;
}

export interface ReorderWindowOptions {
  /** How long a missing packet is waited for. */
  readonly waitMs: number;
  /** Rounds of numbers that earlier streams of the same track have used; 1 when left out. */
  readonly rounds?: number;
  readonly maxPackets?: number;
  readonly maxBytes?: number;
  readonly maxMissing?: number;
}

/** Packets at the beginning may be out of order as well: how long the first of them waits for earlier ones. */
const startWaitMs = 20;

/**
 * Puts one stream's packets in order and knows which are missing. It holds what came too early, up to a cap in packets
 * and in bytes; beyond that the oldest gap is given up, never a packet that has come. The owner calls {@link tick}
 * every 10 ms or so, and {@link end} once.
 */
export class ReorderWindow {
  readonly #options: Required<ReorderWindowOptions>;
  readonly #listener: WindowListener;
  readonly #sequence: ExtendedNumber;
  readonly #held = new Map<number, OrderedPacket>();
  readonly #missing = new Map<number, MissingPacket>();
  /** The next number to hand over; null before the first packet. */
  #next: number | null = null;
  #first = 0;
  #startedMs: number | null = null;
  #hasBegun = false;
  #isOver = false;
  #heldBytes = 0;
  #heldPacketsMax = 0;
  #received = 0;
  #recovered = 0;
  #reordered = 0;
  #duplicates = 0;
  #late = 0;
  readonly #lost: Record<LossCause, number> = { ...noLosses };
  readonly #delay = new ReorderDelay();

  constructor(options: ReorderWindowOptions, listener: WindowListener) {
    this.#sequence = new ExtendedNumber(16, options.rounds);
    this.#options = {
      rounds: 1,
      maxPackets: receiveCaps.windowPackets,
      maxBytes: receiveCaps.windowBytes,
      maxMissing: receiveCaps.missingPackets,
      ...options,
    };
    this.#listener = listener;
  }

  /** Numbers that are waited for, in rising order unless the stream began out of order. The window keeps it. */
  get missing(): ReadonlyMap<number, MissingPacket> {
    return this.#missing;
  }

  /** What is held back, by number. */
  get held(): ReadonlyMap<number, OrderedPacket> {
    return this.#held;
  }

  /** The highest number so far; null before the first packet. */
  get highest(): number | null {
    return this.#sequence.highest;
  }

  /** What became of the stream's packets up to now. */
  get counts(): WindowCounts {
    const { highest } = this.#sequence;
    return {
      expected: highest === null || this.#next === null ? 0 : highest - this.#first + 1,
      received: this.#received,
      recovered: this.#recovered,
      lost: { ...this.#lost },
      missing: this.#missing.size,
      reordered: this.#reordered,
      duplicates: this.#duplicates,
      late: this.#late,
      heldPackets: this.#held.size,
      heldBytes: this.#heldBytes,
      heldPacketsMax: this.#heldPacketsMax,
    };
  }

  /** How long a missing packet may just be out of order before it is asked for: see {@link ReorderDelay}. */
  holdMs(nowMs: number): number {
    return this.#delay.holdMs(nowMs);
  }

  /** Takes a packet; the payload is kept as it is until it is handed over. */
  push(packet: ArrivedPacket, way: PacketWay): void {
    if (this.#isOver) return;
    const { arrivedMs } = packet;
    if (this.#next === null) {
      // Without one that came by itself nothing says where the stream begins.
      if (way === 'resent') {
        this.#duplicates += 1;
        return;
      }
      this.#begin(packet.sequence, arrivedMs);
    }
    const before = this.#sequence.highest ?? this.#first - 1;
    packet.sequence = this.#sequence.extend(packet.sequence);
    if (!this.#isWanted(packet.sequence, before, arrivedMs, way)) return;
    this.#hold(packet);
    if (this.#hasBegun) this.#drain();
    this.#keepCaps();
  }

  /** Gives up what has been waited for long enough. */
  tick(nowMs: number): void {
    if (!this.#hasBegun && this.#startedMs !== null && nowMs - this.#startedMs >= startWaitMs) {
      this.#hasBegun = true;
      this.#drain();
    }
    for (;;) {
      const oldest = this.#next === null ? undefined : this.#missing.get(this.#next);
      if (oldest === undefined || nowMs - oldest.sinceMs < this.#options.waitMs) return;
      this.#skipGap('expired');
    }
  }

  /**
   * Gives up all that is missing before a number, and hands over what came before it.
   *
   * @param sequence extended
   */
  giveUpBefore(sequence: number, cause: LossCause): void {
    while (this.#next !== null && this.#next < sequence && this.#missing.size > 0) {
      if (!this.#missing.has(this.#next)) return;
      this.#skipGap(cause);
    }
  }

  /** Hands over what is held, gives up the rest, and takes nothing any more. Idempotent. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#hasBegun = true;
    this.#drain();
    while (this.#missing.size > 0) this.#skipGap('ended');
  }

  #begin(sequenceNumber: number, nowMs: number): void {
    const first = this.#sequence.near(sequenceNumber);
    this.#first = first;
    this.#next = first;
    this.#startedMs = nowMs;
  }

  /** Notes gaps before a packet, and whether it fills one. */
  #isWanted(sequence: number, before: number, nowMs: number, way: PacketWay): boolean {
    if (sequence < (this.#next ?? 0)) return this.#takeEarlier(sequence, nowMs);
    if (this.#held.has(sequence)) {
      this.#duplicates += 1;
      return false;
    }
    const gap = this.#missing.get(sequence);
    if (gap !== undefined) {
      this.#missing.delete(sequence);
      // A stream without retransmissions of its own gets them among the others.
      if (way === 'resent' || gap.asked > 0) this.#recovered += 1;
      else {
        this.#received += 1;
        this.#reordered += 1;
        this.#delay.note(nowMs - gap.sinceMs, nowMs);
      }
      return true;
    }
    if (way === 'resent') this.#recovered += 1;
    else this.#received += 1;
    const lacking = sequence - before - 1;
    if (lacking > this.#options.maxMissing) this.#jumpTo(sequence, before);
    else {
      this.#makeRoom(lacking);
      for (let number = before + 1; number < sequence; number += 1) {
        this.#missing.set(number, { sinceMs: nowMs, askedMs: 0, asked: 0 });
      }
    }
    return true;
  }

  /** Gives up the oldest gaps where more would be missing than may be. */
  #makeRoom(lacking: number): void {
    if (this.#missing.size + lacking <= this.#options.maxMissing) return;
    this.#hasBegun = true;
    this.#drain();
    while (this.#missing.size + lacking > this.#options.maxMissing) this.#skipGap('windowFull');
  }

  /** A packet from before what was handed over. At the very beginning the stream just begins with it instead. */
  #takeEarlier(sequence: number, nowMs: number): boolean {
    const next = this.#next ?? 0;
    if (this.#hasBegun || this.#missing.size + next - sequence > this.#options.maxMissing) {
      if (sequence >= this.#first) this.#late += 1;
      else this.#duplicates += 1;
      return false;
    }
    for (let number = sequence + 1; number < next; number += 1) {
      this.#missing.set(number, { sinceMs: nowMs, askedMs: 0, asked: 0 });
    }
    this.#first = sequence;
    this.#next = sequence;
    this.#received += 1;
    this.#reordered += 1;
    return true;
  }

  /** After more than could ever be asked for again. */
  #jumpTo(sequence: number, before: number): void {
    this.#hasBegun = true;
    this.#drain();
    while (this.#missing.size > 0) this.#skipGap('jump');
    this.#lost.jump += sequence - before - 1;
    this.#listener.lost(before + 1, sequence - 1, 'jump');
    this.#next = sequence;
  }

  #hold(packet: OrderedPacket): void {
    if (this.#hasBegun && packet.sequence === this.#next) {
      this.#next += 1;
      this.#listener.packet(packet);
      return;
    }
    this.#held.set(packet.sequence, packet);
    this.#heldBytes += packet.payload.length;
    this.#heldPacketsMax = Math.max(this.#heldPacketsMax, this.#held.size);
  }

  #drain(): void {
    for (;;) {
      const packet = this.#next === null ? undefined : this.#held.get(this.#next);
      if (packet === undefined) return;
      this.#held.delete(packet.sequence);
      this.#heldBytes -= packet.payload.length;
      this.#next = packet.sequence + 1;
      this.#listener.packet(packet);
    }
  }

  #keepCaps(): void {
    while (this.#held.size > this.#options.maxPackets || this.#heldBytes > this.#options.maxBytes) {
      this.#hasBegun = true;
      this.#drain();
      if (this.#held.size === 0) return;
      if (this.#held.size > this.#options.maxPackets || this.#heldBytes > this.#options.maxBytes) {
        this.#skipGap('windowFull');
      }
    }
  }

  /** Gives up the missing numbers up to the next packet that is held, and hands over from there. */
  #skipGap(cause: LossCause): void {
    if (this.#next === null) return;
    const from = this.#next;
    let number = from;
    while (this.#missing.delete(number)) number += 1;
    if (number > from) {
      this.#lost[cause] += number - from;
      this.#next = number;
      this.#listener.lost(from, number - 1, cause);
    }
    this.#drain();
  }
}
