import type { TrackKind } from './matroska-head.js';

/** Where a block comes from: its sender, a sender's lower layer, or it stands for what nobody sent. */
export type BlockOrigin = 'sent' | 'lower' | 'filled';

/** A block of a cluster. */
export interface FileBlock {
  readonly track: TrackKind;
  /** Of the file, whole milliseconds. */
  readonly timeMs: number;
  readonly isKey: boolean;
  /** How long it sounds, in milliseconds; 0 of video. */
  readonly durationMs: number;
  readonly origin: BlockOrigin;
  readonly data: Buffer;
}

const origins: readonly BlockOrigin[] = ['sent', 'lower', 'filled'];
/** Of each block: what it is, its time, where its data stand in the cluster, and how many bytes they are. */
const fields = 4;
/** Bits of the first: video, key, two of the origin; the length above them, in half milliseconds, as Opus has 2.5 ms. */
const bits = { video: 1, key: 2, originShift: 2, durationShift: 4 } as const;

/** Where the blocks of a cluster stand in it: 16 bytes for each, so that one that is kept need not be read again. */
export class BlockList {
  readonly #numbers: Int32Array;

  /** @param blocks in the cluster's order @param places where the data of each stand in its bytes */
  constructor(blocks: readonly FileBlock[], places: readonly number[]) {
    this.#numbers = new Int32Array(blocks.length * fields);
    for (const [index, { data, durationMs, isKey, origin, timeMs, track }] of blocks.entries()) {
      const kind = (track === 'video' ? bits.video : 0) | (isKey ? bits.key : 0);
      const more = (origins.indexOf(origin) << bits.originShift) | ((durationMs * 2) << bits.durationShift);
      this.#numbers.set([kind | more, timeMs, places[index] ?? 0, data.length], index * fields);
    }
  }

  /** Bytes of memory that it takes. */
  get heldBytes(): number {
    return this.#numbers.byteLength;
  }

  /** The blocks, in the order in which they stand. @param bytes of the cluster: their data are views of it */
  read(bytes: Buffer): FileBlock[] {
    const numbers = this.#numbers;
    const blocks: FileBlock[] = [];
    for (let at = 0; at < numbers.length; at += fields) {
      const [what = 0, timeMs = 0, from = 0, length = 0] = numbers.subarray(at, at + fields);
      blocks.push({
        track: (what & bits.video) === 0 ? 'audio' : 'video',
        timeMs,
        isKey: (what & bits.key) !== 0,
        durationMs: (what >> bits.durationShift) / 2,
        origin: origins[(what >> bits.originShift) & 3] ?? 'sent',
        data: bytes.subarray(from, from + length),
      });
    }
    return blocks;
  }
}
