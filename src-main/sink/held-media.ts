import { caps } from '../contract/limits.js';
import { pcmBytesPerMs, pcmFormat } from '../pipeline/audio-queue.js';
import { inTime } from '../process/deadline.js';
import type { PgmyuvFrame } from './pgmyuv-frame.js';

/** Told when a write has left the process; false when it never will. */
export type OnWritten = (written: boolean) => void;

/** Something that no encoder can take yet. */
export type HeldWrite =
  | {
      readonly kind: 'video';
      readonly timeMs: number;
      readonly frame: PgmyuvFrame;
      readonly onWritten: OnWritten;
      readonly isFiller: boolean;
    }
  | {
      readonly kind: 'audio';
      readonly timeMs: number;
      readonly pcm: Uint8Array;
      readonly onWritten: OnWritten;
      readonly isFiller: boolean;
    };

/** While nothing is sent there is silence, a second late at most. */
const audioPatienceMs = 2_000;
/** One sample: no time stamp of audio is exacter. */
const sampleMs = 1000 / pcmFormat.sampleRateHz;
const ignore: OnWritten = () => undefined;

/**
 * What waits for an encoder, in order. Audio is copied and acknowledged up to `caps.heldAudioMs`; beyond that, and for
 * every frame, the writer has to wait, so that its own caps hold.
 */
export class HeldMedia {
  #writes: HeldWrite[] = [];
  #audioBytes = 0;
  /** Where the audio ends that has come. */
  #audioEndMs = -Infinity;
  #awaited: { readonly endMs: number; readonly come: () => void } | null = null;
  #isComplete = false;
  #lostBytes = 0;

  /** Bytes of copied audio. */
  get bytes(): number {
    return this.#audioBytes;
  }

  /** Bytes of audio that was acknowledged, and that no encoder has taken after all. */
  get lostBytes(): number {
    return this.#lostBytes;
  }

  /** Whether a frame is among it. */
  get hasVideo(): boolean {
    return this.#writes.some(({ kind }) => kind === 'video');
  }

  /**
   * Waits for audio to reach `endMs`, for two seconds at most.
   *
   * @returns whether it does
   */
  async hasAudioUntil(endMs: number): Promise<boolean> {
    if (this.#audioEndMs < endMs && !this.#isComplete) {
      const coming = new Promise<void>((come) => {
        this.#awaited = { endMs, come };
      });
      await inTime(coming, audioPatienceMs);
      this.#awaited = null;
    }
    return this.#audioEndMs >= endMs;
  }

  /** No more comes: nobody needs to wait for it. */
  complete(): void {
    this.#isComplete = true;
    this.#awaited?.come();
  }

  /** Keeps a frame, which must not be changed until `onWritten` was called. */
  addVideo(timeMs: number, frame: PgmyuvFrame, onWritten: OnWritten, isFiller: boolean): void {
    this.#writes.push({ kind: 'video', timeMs, frame, onWritten, isFiller });
  }

  /** Keeps audio. */
  addAudio(timeMs: number, pcm: Uint8Array, onWritten: OnWritten, isFiller: boolean): void {
    this.#audioEndMs = timeMs + pcm.length / pcmBytesPerMs;
    if (this.#awaited !== null && this.#audioEndMs >= this.#awaited.endMs) this.#awaited.come();
    if (this.#audioBytes + pcm.length > caps.heldAudioMs * pcmBytesPerMs) {
      this.#writes.push({ kind: 'audio', timeMs, pcm, onWritten, isFiller });
      return;
    }
    this.#audioBytes += pcm.length;
    const whenHandedOver: OnWritten = (written) => {
      if (!written && !isFiller) this.#lostBytes += pcm.length;
    };
    this.#writes.push({ kind: 'audio', timeMs, pcm: pcm.slice(), onWritten: whenHandedOver, isFiller });
    answer(onWritten, true);
  }

  /** Takes out the audio before `endMs`, which is at a sample: what reaches beyond it is cut in two. */
  drainAudioUntil(endMs: number): Extract<HeldWrite, { readonly kind: 'audio' }>[] {
    const drained: Extract<HeldWrite, { readonly kind: 'audio' }>[] = [];
    this.#writes = this.#writes.flatMap((write): HeldWrite[] => {
      if (write.kind !== 'audio' || write.timeMs >= endMs - sampleMs / 2) return [write];
      const cutBytes = pcmFormat.channels * 2 * Math.round((endMs - write.timeMs) / sampleMs);
      const rest = write.pcm.subarray(cutBytes);
      if (rest.length === 0) {
        drained.push(write);
        return [];
      }
      // A copy: whoever wrote it may change it when the rest is written.
      drained.push({ ...write, pcm: write.pcm.slice(0, cutBytes), onWritten: ignore });
      return [{ ...write, timeMs: endMs, pcm: rest }];
    });
    return drained;
  }

  /** Takes out what is of that kind, or all. */
  drain(kind?: HeldWrite['kind']): HeldWrite[] {
    const isMeant = (write: HeldWrite): boolean => kind === undefined || write.kind === kind;
    const drained = this.#writes.filter(isMeant);
    this.#writes = this.#writes.filter((write) => !isMeant(write));
    if (kind !== 'video') this.#audioBytes = 0;
    return drained;
  }
}

/** Tells whoever wrote, in a turn of its own, as a pipe does. */
export function answer(onWritten: OnWritten, written: boolean): void {
  queueMicrotask(() => {
    onWritten(written);
  });
}
