import { type FfmpegExit, withoutPrivateParts } from './run-ffmpeg.js';

/** What ffmpeg's `framehash` and `framecrc` muxers say of one stream. Times are in microseconds. */
export interface StreamListing {
  readonly kind: 'video' | 'audio';
  /** Name of the codec as in the file; `rawvideo` or PCM where it was decoded. */
  readonly codec: string;
  /** Video only. */
  readonly width: number | null;
  readonly height: number | null;
  /** Audio only. */
  readonly sampleRateHz: number | null;
  readonly channels: number | null;
  /** Packets, or frames when decoding. */
  readonly count: number;
  readonly firstUs: number | null;
  /** Start of the last packet or frame. */
  readonly lastUs: number | null;
  /** End of the last packet or frame, as far as its duration is known. */
  readonly endUs: number | null;
  /** The longest time from one frame's start to the next one's, and where it begins. */
  readonly maxStepUs: number;
  readonly maxStepAtUs: number | null;
}

/** What a media file holds, as ffmpeg reads it. Times are in microseconds. */
export interface MediaListing {
  readonly streams: readonly StreamListing[];
  /** End of what ends last, from the timeline's 0; null when nothing was read. */
  readonly endUs: number | null;
  /** Lines of ffmpeg's at level error or above, without folders; at most 10. */
  readonly errors: readonly string[];
  readonly errorCount: number;
  readonly exit: FfmpegExit;
}

/** One packet as it stands in the file. The object is used again for the next one. */
export interface ListedPacket {
  /** The stream's number: video first. */
  readonly stream: number;
  readonly kind: 'video' | 'audio';
  readonly dtsUs: number;
  readonly sizeBytes: number;
  /** CRC-32 of its bytes, as zlib computes it. */
  readonly crc32: number;
}

/** Of a file that is broken each packet is an error: the first ones say why, and the others are counted. */
const maxErrorLines = 10;

interface OpenStream {
  kind: 'video' | 'audio';
  codec: string;
  width: number | null;
  height: number | null;
  sampleRateHz: number | null;
  channels: number | null;
  count: number;
  firstUs: number | null;
  lastUs: number | null;
  endUs: number | null;
  maxStepUs: number;
  maxStepAtUs: number | null;
  usPerTick: number;
}

/** Reads the lines of ffmpeg's `framehash` and `framecrc` muxers: what streams there are, then packet by packet. */
export class ListingParser {
  readonly #streams = new Map<number, OpenStream>();
  readonly #errors: string[] = [];
  #errorCount = 0;
  readonly #onTime: ((timeUs: number) => void) | undefined;
  readonly #onPacket: ((packet: ListedPacket) => void) | undefined;
  readonly #packet = { stream: 0, kind: 'video' as 'video' | 'audio', dtsUs: 0, sizeBytes: 0, crc32: 0 };

  /**
   * @param onTime gets the time of each packet or frame, in microseconds
   * @param onPacket gets each packet; it must not keep the object
   */
  constructor(onTime?: (timeUs: number) => void, onPacket?: (packet: ListedPacket) => void) {
    this.#onTime = onTime;
    this.#onPacket = onPacket;
  }

  /** The streams as far as they were read. */
  get streams(): readonly StreamListing[] {
    return [...this.#streams.entries()]
      .sort(([one], [other]) => one - other)
      .map(([, { usPerTick: _, ...listing }]) => listing);
  }

  /** One line of stderr, with its level. */
  readError(line: string): void {
    if (!/\[(?:error|fatal|panic)\]/.test(line)) return;
    this.#errorCount += 1;
    if (this.#errors.length < maxErrorLines) this.#errors.push(withoutPrivateParts(line).trim());
  }

  /** One line of stdout: a stream's property, or a packet. */
  read(line: string): void {
    if (line.startsWith('#')) this.#readProperty(line);
    else this.#readPacket(line);
  }

  #readProperty(line: string): void {
    const [, name, index, value = ''] = /^#(\w+) (\d+): (.*)$/.exec(line) ?? [];
    if (name === undefined) return;
    const stream = this.#streamAt(Number(index));
    switch (name) {
      case 'tb': {
        const [numerator = NaN, denominator = NaN] = value.split('/').map(Number);
        stream.usPerTick = (numerator / denominator) * 1e6;
        break;
      }
      case 'media_type':
        stream.kind = value === 'video' ? 'video' : 'audio';
        break;
      case 'codec_id':
        stream.codec = value;
        break;
      case 'dimensions': {
        const [width = NaN, height = NaN] = value.split('x').map(Number);
        stream.width = width;
        stream.height = height;
        break;
      }
      case 'sample_rate':
        stream.sampleRateHz = Number(value);
        break;
      case 'channel_layout_name':
        stream.channels = channelCount(value);
        break;
    }
  }

  #streamAt(index: number): OpenStream {
    const known = this.#streams.get(index);
    if (known !== undefined) return known;
    const stream: OpenStream = {
      kind: 'audio',
      codec: '',
      width: null,
      height: null,
      sampleRateHz: null,
      channels: null,
      count: 0,
      firstUs: null,
      lastUs: null,
      endUs: null,
      maxStepUs: 0,
      maxStepAtUs: null,
      usPerTick: 1,
    };
    this.#streams.set(index, stream);
    return stream;
  }

  #readPacket(line: string): void {
    const [index = '', dts = '', pts = '', duration = '', size = '', hash = ''] = line.split(',', 6);
    const stream = this.#streams.get(Number(index));
    const ptsTicks = Number(pts);
    if (index === '' || stream === undefined || Number.isNaN(ptsTicks)) return;
    const atUs = ptsTicks * stream.usPerTick;
    if (stream.lastUs !== null && atUs - stream.lastUs > stream.maxStepUs) {
      stream.maxStepUs = atUs - stream.lastUs;
      stream.maxStepAtUs = stream.lastUs;
    }
    stream.count += 1;
    stream.firstUs ??= atUs;
    stream.lastUs = Math.max(stream.lastUs ?? atUs, atUs);
    stream.endUs = Math.max(stream.endUs ?? atUs, atUs + Number(duration) * stream.usPerTick);
    this.#onTime?.(atUs);
    if (this.#onPacket === undefined) return;
    this.#packet.stream = Number(index);
    this.#packet.kind = stream.kind;
    this.#packet.dtsUs = Number(dts) * stream.usPerTick;
    this.#packet.sizeBytes = Number(size);
    this.#packet.crc32 = Number.parseInt(hash, 16);
    this.#onPacket(this.#packet);
  }

  /** The listing, once every line was read. */
  result(exit: FfmpegExit): MediaListing {
    const { streams } = this;
    const ends = streams.flatMap(({ endUs }) => (endUs === null ? [] : [endUs]));
    return {
      streams,
      endUs: ends.length === 0 ? null : Math.max(...ends),
      errors: this.#errors,
      errorCount: this.#errorCount,
      exit,
    };
  }
}

function channelCount(layout: string): number | null {
  const named: Record<string, number> = { mono: 1, stereo: 2 };
  return named[layout] ?? (/^(\d+) channels/.test(layout) ? Number.parseInt(layout, 10) : null);
}
