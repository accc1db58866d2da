import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import type { PacketCount } from '../contract/stamps.js';
import type { ListedPacket } from '../ffmpeg/media-listing.js';
import { isSameCount, PacketTally } from '../ffmpeg/packet-tally.js';
import type { InPlacePlan, PacketStretch } from './in-place-plan.js';
import type { PacketDifference } from './packet-proof.js';

type Kind = 'video' | 'audio';

/** A packet that was left out at the end of a segment: it is in the file, and no table names it. */
type LeftOut = Pick<ListedPacket, 'sizeBytes' | 'crc32'>;

/**
 * Holds the packets that ffmpeg reads from the finished file against what was counted while they were written: each
 * segment's count and hash, and nothing between the segments but the black and silence that the plan put in.
 */
export class InPlaceProof {
  readonly #streams: Readonly<Record<Kind, StreamProof>>;

  private constructor(streams: Readonly<Record<Kind, StreamProof>>) {
    this.#streams = streams;
  }

  /** Reads what was left out of the tables, and waits for the packets. @param file the finished one */
  static async begin(plan: InPlacePlan, file: FileHandle): Promise<InPlaceProof> {
    const streamOf = async (kind: Kind): Promise<StreamProof> => {
      const stretches = plan.stretches[kind];
      const leftOut = await Promise.all(stretches.map((stretch) => readLeftOut(stretch, file)));
      return new StreamProof(kind, stretches, leftOut);
    };
    return new InPlaceProof({ video: await streamOf('video'), audio: await streamOf('audio') });
  }

  /** Packets that the file has to have. */
  get expected(): number {
    return this.#streams.video.expected + this.#streams.audio.expected;
  }

  /** The next packet of the finished file. */
  add(packet: ListedPacket): void {
    this.#streams[packet.kind].add(packet);
  }

  /** The first difference, once every packet was read; null when the file holds what it should. */
  difference(): PacketDifference | null {
    const message = this.#streams.video.difference() ?? this.#streams.audio.difference();
    return message === null ? null : { message };
  }
}

async function readLeftOut(stretch: PacketStretch, file: FileHandle): Promise<LeftOut[]> {
  const packets: LeftOut[] = [];
  if (stretch.file === null || stretch.samples.length === stretch.packets) return packets;
  let index = 0;
  for (const { atBytes, sizeBytes } of stretch.samples.samples()) {
    if (index >= stretch.packets) {
      const bytes = Buffer.alloc(sizeBytes);
      await file.read(bytes, 0, sizeBytes, atBytes + stretch.shiftBytes);
      packets.push({ sizeBytes, crc32: crc32(bytes) });
    }
    index += 1;
  }
  return packets;
}

class StreamProof {
  readonly #kind: Kind;
  readonly #stretches: readonly PacketStretch[];
  readonly #leftOut: readonly (readonly LeftOut[])[];
  #at = 0;
  /** Packets of the present stretch that were found. */
  #done = 0;
  #segment = new SegmentCheck(null);
  #difference: string | null = null;

  constructor(kind: Kind, stretches: readonly PacketStretch[], leftOut: readonly (readonly LeftOut[])[]) {
    this.#kind = kind;
    this.#stretches = stretches;
    this.#leftOut = leftOut;
    this.#begin();
    this.#passDone();
  }

  get expected(): number {
    return this.#stretches.reduce((sum, { packets }) => sum + packets, 0);
  }

  add({ crc32: crc, sizeBytes }: ListedPacket): void {
    if (this.#difference !== null) return;
    const stretch = this.#stretches[this.#at];
    if (stretch === undefined) {
      this.#difference = `The file has more ${this.#kind} than was recorded.`;
      return;
    }
    this.#segment.add(sizeBytes, crc);
    this.#done += 1;
    this.#passDone();
  }

  difference(): string | null {
    const stretch = this.#stretches[this.#at];
    if (this.#difference !== null || stretch === undefined) return this.#difference;
    const of = stretch.file === null ? 'of a gap' : `of ${stretch.file}`;
    return `The file ends before packet ${this.#done + 1} of the ${this.#kind} ${of}.`;
  }

  #begin(): void {
    const stretch = this.#stretches[this.#at];
    const isSegment = stretch !== undefined && stretch.file !== null;
    this.#segment = new SegmentCheck(isSegment ? stretch.written : null);
    this.#done = 0;
  }

  #passDone(): void {
    for (;;) {
      const stretch = this.#stretches[this.#at];
      if (stretch === undefined || this.#done < stretch.packets) return;
      for (const { crc32: crc, sizeBytes } of this.#leftOut[this.#at] ?? [])
        this.#segment.add(sizeBytes, crc);
      const lack = this.#segment.lack();
      if (lack !== null && stretch.file !== null) {
        this.#difference ??= `${stretch.file} ${lack} of ${this.#kind} that were written.`;
      }
      this.#at += 1;
      this.#begin();
    }
  }
}

/** The packets of a segment; more than were counted may follow, which reached a disk that reported a failure. */
class SegmentCheck {
  readonly #written: PacketCount | null;
  readonly #tally = new PacketTally();
  #holdsWritten: boolean;

  constructor(written: PacketCount | null) {
    this.#written = written;
    this.#holdsWritten = written === null;
    this.#look();
  }

  add(sizeBytes: number, crc: number): void {
    if (this.#written === null) return;
    this.#tally.add(sizeBytes, crc);
    this.#look();
  }

  /** What is wrong, in the middle of a sentence; null when nothing is. */
  lack(): string | null {
    if (this.#holdsWritten || this.#written === null) return null;
    const missing = this.#written.packets - this.#tally.packets;
    return missing > 0 ? `lacks ${missing} of the packets` : 'does not hold the packets';
  }

  #look(): void {
    if (this.#written?.packets !== this.#tally.packets) return;
    this.#holdsWritten = isSameCount(this.#tally.count(), this.#written);
  }
}
