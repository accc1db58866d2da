import { idBytes, ids, sizeBytes, unsigned } from '../../matroska/ebml.js';
import { BlockList, type FileBlock } from './block-list.js';
import { type TrackKind, trackNumbers } from './matroska-head.js';

/** A cluster is written when it spans so much, in milliseconds: what a crash may cost. */
const spanMs = 1_000;
/** A key frame begins a new cluster when the open one has at least so much: players seek to clusters. */
const leastSpanMs = 500;
/** A cluster's blocks lie this far from its time at most: a signed number of 16 bits, in milliseconds. */
const reachMs = 32_000;
/** What an open cluster holds in memory: a second at 32 Mbit/s, which is more than a room's cameras send. */
const mostBytes = 4 * 1024 * 1024;
/** Id, size (8 at most), track, time and flags of a block. */
const blockHeadBytes = 1 + 8 + 4;
const keyFlag = 0x80;

/** What came from senders, and stands for nothing that nobody sent. */
export interface SentBlocks {
  readonly video: number;
  readonly audio: number;
  /** How long the audio sounds, in milliseconds. */
  readonly audioMs: number;
  /** Where the first of each stands, in milliseconds of the file; Infinity without one. */
  readonly fromMs: Readonly<Record<TrackKind, number>>;
}

/** Nothing. */
export const noBlocks: SentBlocks = {
  ...{ video: 0, audio: 0, audioMs: 0 },
  fromMs: { video: Infinity, audio: Infinity },
};

/** Both together. */
export function sumOfBlocks(one: SentBlocks, other: SentBlocks): SentBlocks {
  return {
    video: one.video + other.video,
    audio: one.audio + other.audio,
    audioMs: one.audioMs + other.audioMs,
    fromMs: {
      video: Math.min(one.fromMs.video, other.fromMs.video),
      audio: Math.min(one.fromMs.audio, other.fromMs.audio),
    },
  };
}

/** A cluster that is ready to be written. */
export interface WrittenCluster {
  /** One block of memory: a disk that falls behind holds a few of them, and not thousands of frames. */
  readonly bytes: Buffer;
  readonly timeMs: number;
  /** Time of its last block, whichever track it is of. */
  readonly lastMs: number;
  readonly blocks: BlockList;
  /** Time of its first key frame of video; null without one. */
  readonly keyMs: number | null;
  readonly hasAudio: boolean;
  readonly sent: SentBlocks;
}

/** Collects the blocks of a cluster. Those of the two tracks need not be in order of time, only each track's own. */
export class OpenCluster {
  #blocks: FileBlock[] = [];
  #bytes = 0;
  #firstMs = Infinity;
  #lastMs = -Infinity;

  /** Bytes of its blocks, their heads included; 0 when there are none. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether it has to be written before this block, which begins the next one. */
  endsBefore(track: TrackKind, timeMs: number, isKey: boolean): boolean {
    if (this.#blocks.length === 0) return false;
    const first = Math.min(this.#firstMs, timeMs);
    const span = Math.max(this.#lastMs, timeMs) - first;
    if (span >= spanMs || span > reachMs || this.#bytes >= mostBytes) return true;
    return track === 'video' && isKey && span >= leastSpanMs;
  }

  /** Adds a block, with a time of 0 or more; its data are not copied and must not change. */
  add(block: FileBlock): void {
    const { data, timeMs } = block;
    this.#blocks.push(block);
    this.#bytes += blockHeadBytes + data.length;
    this.#firstMs = Math.min(this.#firstMs, timeMs);
    this.#lastMs = Math.max(this.#lastMs, timeMs);
  }

  /** Bytes that a block takes up at most. */
  static blockBytes(data: Buffer): number {
    return blockHeadBytes + data.length;
  }

  /** Takes everything out of it; null when there is nothing. */
  take(): WrittenCluster | null {
    if (this.#blocks.length === 0) return null;
    const timeMs = this.#firstMs;
    const lastMs = this.#lastMs;
    const content: Buffer[] = [unsigned(ids.timestamp, timeMs)];
    let keyMs: number | null = null;
    let hasAudio = false;
    for (const block of this.#blocks) {
      if (block.track === 'audio') hasAudio = true;
      else if (block.isKey) keyMs ??= block.timeMs;
      content.push(blockHead(block, block.timeMs - timeMs), block.data);
    }
    const contentBytes = content.reduce((sum, { length }) => sum + length, 0);
    const bytes = Buffer.concat([idBytes(ids.cluster), sizeBytes(contentBytes), ...content]);
    const sent = sentIn(this.#blocks);
    const blocks = new BlockList(this.#blocks, placesOf(content, bytes.length - contentBytes));
    this.#blocks = [];
    this.#bytes = 0;
    this.#firstMs = Infinity;
    this.#lastMs = -Infinity;
    return { bytes, timeMs, lastMs, keyMs, hasAudio, blocks, sent };
  }
}

/** Blocks that came from senders. */
function sentIn(blocks: readonly FileBlock[]): SentBlocks {
  let audioMs = 0;
  const counts = { video: 0, audio: 0 };
  const fromMs = { video: Infinity, audio: Infinity };
  for (const { durationMs, origin, timeMs, track } of blocks) {
    if (origin === 'filled') continue;
    counts[track] += 1;
    fromMs[track] = Math.min(fromMs[track], timeMs);
    if (track === 'audio') audioMs += durationMs;
  }
  return { ...counts, audioMs, fromMs };
}

/** Where the data of the blocks stand: behind the time of the cluster, each behind its head. @param at where its content begins */
function placesOf(content: readonly Buffer[], at: number): number[] {
  const places: number[] = [];
  let place = at;
  for (const [index, { length }] of content.entries()) {
    if (index > 0 && index % 2 === 0) places.push(place);
    place += length;
  }
  return places;
}

function blockHead({ data, isKey, track }: FileBlock, offsetMs: number): Buffer {
  const size = sizeBytes(4 + data.length);
  const head = Buffer.allocUnsafe(1 + size.length + 4);
  head[0] = ids.simpleBlock;
  size.copy(head, 1);
  const at = 1 + size.length;
  head[at] = 0x80 | trackNumbers[track];
  head.writeInt16BE(offsetMs, at + 1);
  head[at + 3] = isKey ? keyFlag : 0;
  return head;
}
