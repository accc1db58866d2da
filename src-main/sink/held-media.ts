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
    }
  | {
      readonly kind: 'audio';
      readonly timeMs: number;
      readonly pcm: Uint8Array;
      readonly onWritten: OnWritten;
    };

const ignore: OnWritten = () => undefined;

/**
 * What waits for an encoder, in order. Audio is copied and acknowledged up to `caps.heldAudioMs`; beyond that, and for
 * every frame, the writer has to wait, so that its own caps hold.
 */
export class HeldMedia {
  #writes: HeldWrite[] = [];
  #audioBytes = 0;

  /** Bytes of copied audio. */
  get bytes(): number {
    return this.#audioBytes;
  }

  /** Whether a frame is among it. */
  get hasVideo(): boolean {
    return this.#writes.some(({ kind }) => kind === 'video');
  }

  /** Keeps a frame, which must not be changed until `onWritten` was called. */
  addVideo(timeMs: number, frame: PgmyuvFrame, onWritten: OnWritten): void {
    this.#writes.push({ kind: 'video', timeMs, frame, onWritten });
  }

  /** Keeps audio. */
  addAudio(timeMs: number, pcm: Uint8Array, onWritten: OnWritten): void {
    if (this.#audioBytes + pcm.length > caps.heldAudioMs * pcmBytesPerMs) {
      this.#writes.push({ kind: 'audio', timeMs, pcm, onWritten });
      return;
    }
    this.#audioBytes += pcm.length;
    this.#writes.push({ kind: 'audio', timeMs, pcm: pcm.slice(), onWritten: ignore });
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
