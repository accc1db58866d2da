import type { Segment } from '../contract/manifest.js';
import { constantFps, type Container, type Profile } from '../contract/profile.js';
import type { StreamPackets } from '../contract/stamps.js';
import { segmentSuffix } from '../storage/take-folder.js';

/** Files whose encoders start together with the take, or with a part, begin where it does, with a moment of black and silence. */
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
  readonly #stem: string;
  readonly #container: Container;
  readonly #slotMs: number | null;
  readonly #onBegin: () => void;
  readonly #fromMs: number;
  #hasVideo = false;
  /** How many, by extension: audio alone and video beside it have names of their own. */
  readonly #namesGiven = new Map<string, number>();
  #lastExtension = '';
  readonly #segments: GrowingSegment[] = [];

  /**
   * @param stem file name without its extension
   * @param onBegin a segment has begun: there is one more to write down
   * @param fromMs where the file begins on the take's timeline, in milliseconds
   */
  constructor(
    stem: string,
    profile: Pick<Profile, 'container' | 'frameRate' | 'maxFps'>,
    onBegin: () => void = () => undefined,
    fromMs = 0,
  ) {
    this.#stem = stem;
    this.#container = profile.container;
    const fps = constantFps(profile);
    this.#slotMs = fps === null ? null : 1000 / fps;
    this.#onBegin = onBegin;
    this.#fromMs = fromMs;
  }

  /** Name of the finished file inside the take folder; another one once it has video. */
  get file(): string {
    return `${this.#stem}.${fileExtension(this.#container, this.#hasVideo)}`;
  }

  /** There is video in the file from now on; or it was expected, and none has come until the end. */
  setVideo(hasVideo: boolean): void {
    this.#hasVideo = hasVideo;
  }

  /** All of them; the last one may still grow. */
  get all(): readonly Segment[] {
    return this.#segments;
  }

  /** Whether segments may begin in slots only. */
  get isConstantRate(): boolean {
    return this.#slotMs !== null;
  }

  /**
   * Where a segment begins whose encoder is started now: at a constant frame rate in a slot of the take's grid, so that
   * what is joined has one grid.
   */
  startAt(nowMs: number): number {
    if (nowMs - this.#fromMs < sameStartMs) return this.#fromMs;
    if (this.#slotMs === null) return nowMs;
    const slot = Math.floor(nowMs / this.#slotMs + 1e-6);
    const isFree = slot * this.#slotMs >= (this.#segments.at(-1)?.endMs ?? 0);
    return (isFree ? slot : slot + 1) * this.#slotMs;
  }

  /** The first place at or after `ms` where a segment may begin. */
  placeAfter(ms: number): number {
    return this.#slotMs === null ? ms : Math.ceil(ms / this.#slotMs - 1e-6) * this.#slotMs;
  }

  /**
   * A name for the next segment. No name is given out twice: that of a segment that did not begin may be somebody
   * else's.
   */
  nextName(hasVideo: boolean): string {
    const extension = fileExtension(this.#container, hasVideo);
    const number = (this.#namesGiven.get(extension) ?? 0) + 1;
    this.#namesGiven.set(extension, number);
    this.#lastExtension = extension;
    return `${this.#stem}${number === 1 ? '' : segmentSuffix(number)}.${extension}`;
  }

  /** The encoder of the last name could not be started, and has left nothing behind: its name is free again. */
  withdraw(): void {
    this.#namesGiven.set(this.#lastExtension, (this.#namesGiven.get(this.#lastExtension) ?? 1) - 1);
  }

  /** The encoder of a segment stands. */
  begin(file: string, startMs: number): void {
    this.#segments.push({ file, startMs, endMs: null });
    this.#onBegin();
  }

  /** Nothing was written into them, and they are removed. */
  forget(files: readonly string[]): void {
    const left = this.#segments.filter(({ file }) => !files.includes(file));
    this.#segments.splice(0, this.#segments.length, ...left);
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
function fileExtension(container: Container, hasVideo: boolean): string {
  if (hasVideo) return container;
  return { mp4: 'm4a', mkv: 'mka', webm: 'webm' }[container];
}
