/** What a slot of the table holds: nothing, a stream of a kind, or one that a side has claimed to close. */
export const slotStates = { free: 0, video: 1, claimedByMain: 2, claimedByWatchdog: 3, audio: 4 } as const;

/** What a stream delivers. */
export type StreamKind = 'video' | 'audio';

/** The words before the handles: heartbeats, stop flag, milliseconds stood still, and one that aligns what follows. */
const headWords = 4;
const headBytes = 4 * headWords;

/** A participant has two streams; rooms beyond this cannot be decoded on one machine anyway. */
const defaultSlots = 512;

/**
 * The open native streams, in memory shared with the watchdog's thread. Each slot holds a stream's
 * handle and who may close it. A handle may be given back once only, so both sides claim it first.
 *
 * Layout: 32-bit words (heartbeat counter, stop flag, standstill), then the handles as 64-bit words, then a 32-bit state
 * word for each slot.
 */
export class StreamTable {
  readonly buffer: SharedArrayBuffer;
  readonly #heartbeat: Int32Array;
  readonly #states: Int32Array;
  readonly #handles: BigUint64Array;

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(headBytes + defaultSlots * (8 + 8))) {
    this.buffer = buffer;
    const slots = (buffer.byteLength - headBytes) / 16;
    this.#heartbeat = new Int32Array(buffer, 0, headWords);
    this.#handles = new BigUint64Array(buffer, headBytes, slots);
    this.#states = new Int32Array(buffer, headBytes + slots * 8, slots);
  }

  /** How many streams it holds at most. */
  get size(): number {
    return this.#states.length;
  }

  /** Main thread: enters a stream. @returns its slot, or null when the table is full */
  enter(handle: bigint, kind: StreamKind): number | null {
    for (let slot = 0; slot < this.#states.length; slot += 1) {
      if (Atomics.load(this.#states, slot) !== slotStates.free) continue;
      Atomics.store(this.#handles, slot, handle);
      Atomics.store(this.#states, slot, slotStates[kind]);
      return slot;
    }
    return null;
  }

  /** Main thread: whether it is the one to close the stream; false when the watchdog was first. */
  claimByMain(slot: number): boolean {
    const { audio, claimedByMain, video } = slotStates;
    return [video, audio].some(
      (open) => Atomics.compareExchange(this.#states, slot, open, claimedByMain) === open,
    );
  }

  /** Main thread: the stream has ended and its slot can be used again. */
  free(slot: number): void {
    Atomics.store(this.#states, slot, slotStates.free);
  }

  /** Watchdog: claims every open stream of a kind and hands each one's handle out once. */
  *claimAllByWatchdog(kind: StreamKind): Generator<bigint> {
    const { claimedByWatchdog, [kind]: open } = slotStates;
    for (let slot = 0; slot < this.#states.length; slot += 1) {
      if (Atomics.compareExchange(this.#states, slot, open, claimedByWatchdog) === open) {
        yield Atomics.load(this.#handles, slot);
      }
    }
  }

  /** Main thread: says that the event loop turns. */
  beat(): void {
    Atomics.add(this.#heartbeat, 0, 1);
  }

  /** Watchdog: the number of beats so far. */
  get beats(): number {
    return Atomics.load(this.#heartbeat, 0);
  }

  /** Watchdog: its own thread stood still for so long, in whole milliseconds. */
  noteStandstill(ms: number): void {
    Atomics.add(this.#heartbeat, 2, ms);
  }

  /** Main thread: for how long the watchdog's thread stood still since the last call, in milliseconds. */
  takeStandstillMs(): number {
    return Atomics.exchange(this.#heartbeat, 2, 0);
  }

  /** Watchdog: sleeps; returns early when {@link stop} was called. */
  sleep(ms: number): void {
    Atomics.wait(this.#heartbeat, 1, 0, ms);
  }

  /** Main thread: ends the watchdog's loop, and wakes it. */
  stop(): void {
    Atomics.store(this.#heartbeat, 1, 1);
    Atomics.notify(this.#heartbeat, 1);
  }

  /** Watchdog: whether it is to end. */
  get isStopped(): boolean {
    return Atomics.load(this.#heartbeat, 1) === 1;
  }
}
