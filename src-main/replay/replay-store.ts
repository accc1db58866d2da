import { FragmentSplitter } from '../mp4/fragment-splitter.js';
import { FragmentClock, type FragmentTimes } from '../mp4/fragment-times.js';
import type { OutputKeeper } from '../sink/encoder-output.js';

/** A stretch of a growing file, as its encoder made it. */
export interface KeptFragment {
  readonly bytes: Buffer;
  readonly times: FragmentTimes;
  /** When it was complete, in milliseconds of a monotonic clock. */
  readonly arrivedMs: number;
  /** It is in the buffer no more; whoever saves it may still hold it. */
  isDropped: boolean;
}

/** What is kept of one growing file. */
export interface KeptSegment {
  /** `ftyp` and `moov`: without them no fragment plays. */
  readonly head: Buffer;
  readonly hasVideo: boolean;
  /** In their order; the oldest go first. */
  readonly fragments: readonly KeptFragment[];
}

interface GrowingSegment extends KeptSegment {
  readonly fragments: KeptFragment[];
  readonly clock: FragmentClock;
}

/** What the buffer may hold. */
export interface ReplayLimits {
  /** How long a fragment is kept, in milliseconds. */
  readonly keepMs: number;
  readonly capBytes: number;
  /** What an encoder makes of a file cannot be cut, and is not kept from now on. */
  readonly onUnkept?: (file: string) => void;
}

/** Files of one run, by their names: no two of a run have the same. */
export class KeptFiles {
  readonly #store: ReplayStore;
  readonly #segments = new Map<string, GrowingSegment>();

  /** Made by {@link ReplayStore.begin}. */
  constructor(store: ReplayStore) {
    this.#store = store;
  }

  /** What is kept of a file; undefined when nothing is. */
  of(file: string): KeptSegment | undefined {
    return this.#segments.get(file);
  }

  /** All that still has something. */
  get segments(): Iterable<GrowingSegment> {
    return this.#segments.values();
  }

  /** Whether nothing is kept of any file. */
  get isEmpty(): boolean {
    return this.#segments.size === 0;
  }

  /** Keeps what an encoder makes of a file. A file that is no fragmented MP4 is not kept. */
  readonly keeperOf = (file: string): OutputKeeper => {
    let segment: GrowingSegment | null = null;
    const splitter = new FragmentSplitter({
      onHead: (head) => {
        const clock = new FragmentClock(head);
        segment = { head, clock, hasVideo: clock.hasVideo, fragments: [] };
      },
      onFragment: (bytes, moofBytes) => {
        if (segment === null) return;
        // Of one that was paused for long nothing was left, and it was forgotten.
        this.#segments.set(file, segment);
        this.#store.add(segment.fragments, bytes, segment.clock.read(bytes.subarray(0, moofBytes)));
      },
    });
    let isUnderstood = true;
    return (bytes) => {
      if (!isUnderstood) return;
      try {
        splitter.push(bytes);
        ({ isUnderstood } = splitter);
      } catch {
        isUnderstood = false;
      }
      // What cannot be cut cannot be kept: the file itself goes on.
      if (!isUnderstood) this.#store.limits.onUnkept?.(file);
    };
  };

  /** Lets go of files of which nothing is left. */
  forgetEmpty(): void {
    for (const [file, { fragments }] of this.#segments)
      if (fragments.length === 0) this.#segments.delete(file);
  }
}

/**
 * The compressed fragments of the last minutes, of all files, in memory. Bounded twice: by age, and by bytes, where the
 * oldest goes first, whoever's it is. What is being saved counts until it is written.
 */
export class ReplayStore {
  readonly limits: ReplayLimits;
  readonly #nowMs: () => number;
  #runs: KeptFiles[] = [];
  /** Those that are being written: they stay in memory, whatever the buffer lets go of. */
  readonly #saved = new Set<KeptFragment>();
  #heldBytes = 0;
  #cappedAtMs = -Infinity;
  #isClosed = false;

  /** @param nowMs a monotonic clock, in milliseconds */
  constructor(limits: ReplayLimits, nowMs: () => number = () => performance.now()) {
    this.limits = limits;
    this.#nowMs = nowMs;
  }

  /** Bytes in memory, never more than the cap. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Whether the cap, and not the age, has made something go within the last ten seconds. */
  get isCapped(): boolean {
    return this.#nowMs() - this.#cappedAtMs < 10_000;
  }

  /** Files that begin now. */
  begin(): KeptFiles {
    const files = new KeptFiles(this);
    this.#runs.push(files);
    return files;
  }

  /** Holds nothing, now and later: whoever still adds to it adds nothing. */
  close(): void {
    this.#isClosed = true;
    for (const run of this.#runs) this.forget(run);
  }

  /** Nothing of a run is needed any more. */
  forget(run: KeptFiles): void {
    this.#runs = this.#runs.filter((one) => one !== run);
    for (const { fragments } of run.segments) while (fragments.length > 0) this.#drop(fragments);
  }

  /** Keeps a fragment, and lets go of the oldest ones that the cap has no room for. */
  add(to: KeptFragment[], bytes: Buffer, times: FragmentTimes): void {
    if (this.#isClosed) return;
    const arrivedMs = this.#nowMs();
    to.push({ bytes, times, arrivedMs, isDropped: false });
    this.#heldBytes += bytes.length;
    while (this.#heldBytes > this.limits.capBytes) {
      const oldest = this.#oldest();
      // All of it is being saved.
      if (oldest === null) return;
      this.#cappedAtMs = arrivedMs;
      this.#drop(oldest);
    }
  }

  /** Lets go of what is too old. Called a few times a second. */
  tick(): void {
    const untilMs = this.#nowMs() - this.limits.keepMs;
    for (const run of this.#runs) {
      for (const { fragments } of run.segments)
        while ((fragments[0]?.arrivedMs ?? Infinity) < untilMs) this.#drop(fragments);
      run.forgetEmpty();
    }
  }

  /** Whoever saves fragments holds them longer than the buffer may. @returns called when they are written */
  hold(fragments: readonly KeptFragment[]): () => void {
    for (const fragment of fragments) this.#saved.add(fragment);
    return () => {
      for (const fragment of fragments) {
        if (this.#saved.delete(fragment) && fragment.isDropped) this.#heldBytes -= fragment.bytes.length;
      }
    };
  }

  #drop(fragments: KeptFragment[]): void {
    const fragment = fragments.shift();
    if (fragment === undefined) return;
    fragment.isDropped = true;
    if (!this.#saved.has(fragment)) this.#heldBytes -= fragment.bytes.length;
  }

  /** The fragments of the file that has the oldest one; null while there is none. */
  #oldest(): KeptFragment[] | null {
    let found: KeptFragment[] | null = null;
    for (const run of this.#runs)
      for (const { fragments } of run.segments)
        if ((fragments[0]?.arrivedMs ?? Infinity) < (found?.[0]?.arrivedMs ?? Infinity)) found = fragments;
    return found;
  }
}
