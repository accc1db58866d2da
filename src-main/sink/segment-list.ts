import type { Segment } from '../contract/manifest.js';
import type { Container } from '../contract/profile.js';
import type { StreamPackets } from '../contract/stamps.js';
import { segmentSuffix } from '../storage/take-folder.js';

/** Files whose encoders start together with the take begin at its 0, with a moment of black and silence. */
const sameStartMs = 250;

interface GrowingSegment {
  readonly file: string;
  readonly startMs: number;
  endMs: number | null;
  packets?: StreamPackets | null | undefined;
}

/**
 * The segments of one file, in order: each is what one encoder wrote. Names them, and knows where they stand on the
 * take's timeline.
 */
export class SegmentList {
  /** Name of the finished file inside the take folder. */
  readonly file: string;
  readonly #stem: string;
  readonly #extension: string;
  #namesGiven = 0;
  readonly #segments: GrowingSegment[] = [];

  /** @param stem file name without its extension */
  constructor(stem: string, container: Container, isAudioOnly: boolean) {
    this.#stem = stem;
    this.#extension = fileExtension(container, isAudioOnly);
    this.file = `${stem}.${this.#extension}`;
  }

  /** All of them; the last one may still grow. */
  get all(): readonly Segment[] {
    return this.#segments;
  }

  /**
   * The segment that an encoder would write which starts now. It counts once it is {@link SegmentList.begin begun}.
   * No name is given out twice: that of a segment that did not begin may be somebody else's.
   */
  next(nowMs: number): Segment {
    this.#namesGiven += 1;
    const number = this.#namesGiven;
    return {
      file: number === 1 ? this.file : `${this.#stem}${segmentSuffix(number)}.${this.#extension}`,
      startMs: nowMs < sameStartMs ? 0 : nowMs,
      endMs: null,
    };
  }

  /** The encoder of {@link SegmentList.next} could not be started, and has left nothing behind: its name is free again. */
  withdraw(): void {
    this.#namesGiven -= 1;
  }

  /** The encoder of {@link SegmentList.next} stands. */
  begin(segment: Segment): void {
    this.#segments.push({ ...segment });
  }

  /** Nothing after `endMs` of the take goes into the last one; the first end counts. */
  end(endMs: number): void {
    const segment = this.#segments.at(-1);
    if (segment !== undefined) segment.endMs ??= endMs;
  }

  /** A segment's encoder has ended, and this is what it left on the disk. @param file as the segment is called */
  written(file: string, packets: StreamPackets | null): void {
    const segment = this.#segments.find((one) => one.file === file);
    if (segment !== undefined) segment.packets = packets;
  }
}

/** MP4 without video is called M4A, so that players and file managers show it as audio. */
function fileExtension(container: Container, isAudioOnly: boolean): string {
  if (!isAudioOnly) return container;
  return { mp4: 'm4a', mkv: 'mka', webm: 'webm' }[container];
}
