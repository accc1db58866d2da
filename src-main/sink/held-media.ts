import { caps } from '../contract/limits.js';
import { pcmBytesPerMs } from '../pipeline/audio-queue.js';
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

/**
 * What waits for an encoder, in order. Audio is copied and acknowledged up to `caps.heldAudioMs`; beyond that, and for
 * every frame, the writer has to wait, so that its own caps hold.
 */
export class HeldMedia {
  #writes: HeldWrite[] = [];
  #audioBytes = 0;
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

  /** Keeps a frame, which must not be changed until `onWritten` was called. */
  addVideo(timeMs: number, frame: PgmyuvFrame, onWritten: OnWritten, isFiller: boolean): void {
    this.#writes.push({ kind: 'video', timeMs, frame, onWritten, isFiller });
  }

  /** Keeps audio. */
  addAudio(timeMs: number, pcm: Uint8Array, onWritten: OnWritten, isFiller: boolean): void {
    if (this.#audioBytes + pcm.length > caps.heldAudioMs * pcmBytesPerMs) {
      this.#writes.push({ kind: 'audio', timeMs, pcm, onWritten, isFiller });
      return;
    }
    this.#audioBytes += pcm.length;
    const whenHandedOver: OnWritten = (written) => {
      if (!written && !isFiller) this.#lostBytes += pcm.length;
    };
    this.#writes.push({ kind: 'audio', timeMs, pcm: pcm.slice(), onWritten: whenHandedOver, isFiller });
    queueMicrotask(() => {
      onWritten(true);
    });
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
