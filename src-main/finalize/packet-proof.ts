import { caps } from '../contract/limits.js';
import type { StreamPackets } from '../contract/stamps.js';
import type { ListedPacket } from '../ffmpeg/media-listing.js';
import { isSameCount, PacketTally } from '../ffmpeg/packet-tally.js';
import type { MeasuredSegment, TimelinePlan } from './timeline-plan.js';

type Kind = 'video' | 'audio';
const kinds: readonly Kind[] = ['video', 'audio'];

/**
 * A file of 60 hours with video at 30 fps. Four bytes a packet are 64 MiB then, which the frame queues held before:
 * they are empty when files are finalized.
 */
const maxTracedPackets = caps.packetTraceBytes / Uint32Array.BYTES_PER_ELEMENT;
/** Packets at the start and the end of a segment whose times are kept: an encoder's priming and padding are a few. */
const headPackets = 16;
const tailPackets = 256;

/** The packets of one stream of a segment, as they were read from the disk. */
export class PacketTrace {
  readonly #tally = new PacketTally();
  readonly #written: StreamPackets[Kind];
  /** Whether the packets that were written are here, as soon as that many were read. */
  #holdsWritten: boolean | null = null;
  #fingerprints = new Uint32Array(4096);
  readonly #headUs: number[] = [];
  readonly #tailUs = new Float64Array(tailPackets);

  /** @param written what was counted while the segment was written; null when it was not counted */
  constructor(written: StreamPackets[Kind]) {
    this.#written = written;
    this.#check();
  }

  /** Packets so far. */
  get packets(): number {
    return this.#tally.packets;
  }

  /**
   * Whether the very packets that were written are here. More may follow them: bytes can have reached a disk that
   * reported a failure. Null when nothing was counted.
   */
  get holdsWritten(): boolean | null {
    return this.#written === null ? null : this.#holdsWritten === true;
  }

  /** How many packets were written and are not here. */
  get missing(): number {
    return Math.max(0, (this.#written?.packets ?? 0) - this.packets);
  }

  /** The next packet. @throws RangeError when there are more than can be held */
  add({ sizeBytes, crc32, dtsUs }: ListedPacket): void {
    const index = this.packets;
    if (index >= maxTracedPackets) throw new RangeError('too many packets');
    if (index === this.#fingerprints.length) {
      const grown = new Uint32Array(index * 2);
      grown.set(this.#fingerprints);
      this.#fingerprints = grown;
    }
    this.#fingerprints[index] = fingerprint(sizeBytes, crc32);
    if (index < headPackets) this.#headUs.push(dtsUs);
    this.#tailUs[index % tailPackets] = dtsUs;
    this.#tally.add(sizeBytes, crc32);
    this.#check();
  }

  #check(): void {
    if (this.#written?.packets !== this.packets) return;
    this.#holdsWritten = isSameCount(this.#tally.count(), this.#written);
  }

  /** Whether the packet at `index` is this one. */
  isAt(index: number, { sizeBytes, crc32 }: ListedPacket): boolean {
    return this.#fingerprints[index] === fingerprint(sizeBytes, crc32);
  }

  /** How many packets at the start lie before a time of the file's own; looks at the first 16. */
  countBefore(timeUs: number): number {
    const index = this.#headUs.findIndex((atUs) => atUs >= timeUs);
    return index < 0 ? this.#headUs.length : index;
  }

  /** How many packets at the end lie at a time of the file's own, or after it; looks at the last 256. */
  countFrom(timeUs: number): number {
    let count = 0;
    while (count < Math.min(tailPackets, this.packets)) {
      if ((this.#tailUs[(this.packets - 1 - count) % tailPackets] ?? 0) < timeUs) break;
      count += 1;
    }
    return count;
  }
}

function fingerprint(sizeBytes: number, crc32: number): number {
  return (crc32 ^ Math.imul(sizeBytes, 0x9e3779b1)) >>> 0;
}

/** The traces of a segment; null for a kind of stream that it does not have. */
export type SegmentTraces = Readonly<Record<Kind, PacketTrace | null>>;

type Stretch =
  | { readonly file: string; readonly packets: number; readonly trace: null }
  | { readonly file: string; readonly packets: number; readonly trace: PacketTrace; readonly from: number };

/** What is not in the finished file as it should be. */
export interface PacketDifference {
  /** One sentence. */
  readonly message: string;
}

/**
 * Holds the packets of a finished file against those of the segments that it was made of: each one, in its order, and
 * nothing between them but the black and silence that the plan put in.
 */
export class PacketProof {
  readonly #streams: Readonly<Record<Kind, StreamProof>>;

  /**
   * @param traces by the segment's file name
   * @param dropsBeforeTake whether audio before the take's 0, an encoder's priming, is left out of the file
   */
  constructor(
    plan: TimelinePlan,
    segments: readonly MeasuredSegment[],
    traces: ReadonlyMap<string, SegmentTraces>,
    dropsBeforeTake: boolean,
  ) {
    const stretches = (kind: Kind): Stretch[] =>
      (kind === 'video' ? (plan.video ?? plan) : plan).entries.flatMap((entry): Stretch[] => {
        if (entry.filler !== null) return [{ file: entry.file, packets: entry.filler[kind], trace: null }];
        const trace = traces.get(entry.file)?.[kind] ?? null;
        const segment = segments.find(({ file }) => file === entry.file);
        if (trace === null || segment === undefined) return [];
        const startsAtUs = segment.startUs - entry.positionUs;
        // Half a millisecond: Matroska's times are whole ones.
        const from = dropsBeforeTake && kind === 'audio' ? trace.countBefore(startsAtUs - 500) : 0;
        const cut = entry.leaveAtUs === null ? 0 : trace.countFrom(entry.leaveAtUs);
        return [{ file: entry.file, packets: Math.max(0, trace.packets - from - cut), trace, from }];
      });
    this.#streams = {
      video: new StreamProof('video', stretches('video')),
      audio: new StreamProof('audio', stretches('audio')),
    };
  }

  /** The next packet of the finished file. */
  add(packet: ListedPacket): void {
    this.#streams[packet.kind].add(packet);
  }

  /** The first difference, once every packet was read; null when the file holds what it should. */
  difference(): PacketDifference | null {
    for (const kind of kinds) {
      const message = this.#streams[kind].difference();
      if (message !== null) return { message };
    }
    return null;
  }
}

class StreamProof {
  readonly #kind: Kind;
  readonly #stretches: readonly Stretch[];
  #at = 0;
  /** Packets of the present stretch that were found. */
  #done = 0;
  #difference: string | null = null;

  constructor(kind: Kind, stretches: readonly Stretch[]) {
    this.#kind = kind;
    this.#stretches = stretches;
    this.#passEmpty();
  }

  add(packet: ListedPacket): void {
    if (this.#difference !== null) return;
    const stretch = this.#stretches[this.#at];
    if (stretch === undefined) {
      this.#difference = `The file has more ${this.#kind} than was recorded.`;
      return;
    }
    if (stretch.trace !== null && !stretch.trace.isAt(stretch.from + this.#done, packet)) {
      this.#difference = `Packet ${stretch.from + this.#done + 1} of the ${this.#kind} of ${stretch.file} is not in the file.`;
      return;
    }
    this.#done += 1;
    this.#passEmpty();
  }

  difference(): string | null {
    const stretch = this.#stretches[this.#at];
    if (this.#difference !== null || stretch === undefined) return this.#difference;
    return `The file ends before packet ${this.#done + 1} of the ${this.#kind} of ${stretch.file}.`;
  }

  #passEmpty(): void {
    for (;;) {
      const stretch = this.#stretches[this.#at];
      if (stretch === undefined || this.#done < stretch.packets) return;
      this.#at += 1;
      this.#done = 0;
    }
  }
}
