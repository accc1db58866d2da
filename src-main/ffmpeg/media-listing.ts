import { mediaUrl } from './media-url.js';
import { type FfmpegExit, runFfmpegToExit, withoutPrivateParts } from './run-ffmpeg.js';

/** What ffmpeg's `framecrc` muxer and its banner say of one stream. Times are in microseconds. */
export interface StreamListing {
  readonly kind: 'video' | 'audio';
  /** Name of the codec as in the file. */
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
  /** The longest time from one frame's start to the next one's. */
  readonly maxStepUs: number;
}

/** What a media file holds, as ffmpeg reads it. Times are in microseconds. */
export interface MediaListing {
  /** What the demuxer calls the file's start; can be before 0 by the audio encoder's priming. */
  readonly startUs: number;
  readonly containerDurationUs: number | null;
  readonly streams: readonly StreamListing[];
  /** Lines of ffmpeg's at level error or above, without folders; at most 10. */
  readonly errors: readonly string[];
  readonly errorCount: number;
  readonly exit: FfmpegExit;
}

/** What of a file is listed, and how thoroughly. */
export interface ListingRequest {
  readonly ffmpegPath: string;
  readonly path: string;
  /** `packets` only demuxes, `frames` decodes all, `lastFrames` decodes from the last key frame before the end. */
  readonly what: 'packets' | 'frames' | 'lastFrames';
  /** Ends at the first error. */
  readonly strict?: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onTime?: ((timeUs: number) => void) | undefined;
}

const maxErrorLines = 10;
/**
 * A fragment of a second, and another one: in a file that was cut short, audio may end a fragment before
 * the frames do.
 */
const lastFramesFromEndSeconds = 2;

/**
 * Lists a media file's packets or frames in constant memory. ffprobe is not needed: ffmpeg-static
 * does not bring it.
 */
export async function listMedia(request: ListingRequest): Promise<MediaListing> {
  const parser = new ListingParser(request.onTime);
  const exit = await runFfmpegToExit({
    ffmpegPath: request.ffmpegPath,
    arguments: listingArguments(request),
    signal: request.signal,
    onStdoutLine: (line) => parser.readFrame(line),
    onStderrLine: (line) => parser.readBanner(line),
  });
  return parser.result(exit);
}

function listingArguments(request: ListingRequest): string[] {
  const strict = request.strict === true ? ['-xerror', '-err_detect', 'explode'] : [];
  const seek =
    request.what === 'lastFrames' ? ['-noaccurate_seek', '-sseof', `-${lastFramesFromEndSeconds}`] : [];
  const tolerant = request.what === 'packets' ? ['-fflags', '+discardcorrupt'] : [];
  const mode = request.what === 'packets' ? ['-c', 'copy'] : ['-fps_mode', 'passthrough'];
  return [
    '-nostdin',
    '-hide_banner',
    '-nostats',
    '-loglevel',
    'level+info',
    ...strict,
    ...tolerant,
    '-copyts',
    ...seek,
    '-i',
    mediaUrl(request.path),
    '-map',
    '0',
    ...mode,
    '-f',
    'framecrc',
    'pipe:1',
  ];
}

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
  usPerTick: number;
}

/** Reads ffmpeg's banner (stderr, with level prefixes) and framecrc's lines (stdout). */
export class ListingParser {
  readonly #streams = new Map<number, OpenStream>();
  readonly #ticks = new Map<number, number>();
  readonly #errors: string[] = [];
  #errorCount = 0;
  #startUs = 0;
  #containerDurationUs: number | null = null;
  #inInput = false;

  readonly #onTime: ((timeUs: number) => void) | undefined;

  /** @param onTime gets the time of each packet or frame, in microseconds */
  constructor(onTime?: (timeUs: number) => void) {
    this.#onTime = onTime;
  }

  /** One line of stderr. */
  readBanner(line: string): void {
    if (/\[(?:error|fatal|panic)\]/.test(line)) {
      this.#errorCount += 1;
      if (this.#errors.length < maxErrorLines) this.#errors.push(withoutPrivateParts(line).trim());
      return;
    }
    if (line.includes('Input #0')) this.#inInput = true;
    if (/Output #0|Stream mapping:/.test(line)) this.#inInput = false;
    if (!this.#inInput) return;

    const times = /Duration: (N\/A|[\d:.]+)(?:, start: (-?[\d.]+))?/.exec(line);
    if (times !== null) {
      this.#containerDurationUs = clockToUs(times[1]);
      this.#startUs = Math.round(Number(times[2] ?? 0) * 1e6);
    }
    const stream = /Stream #0:(\d+).*?: (Video|Audio): (\w+)(.*)/.exec(line);
    if (stream !== null) this.#openStream(stream);
  }

  #openStream([, index, kind, codec, rest = '']: RegExpExecArray): void {
    const size = /, (\d+)x(\d+)/.exec(rest);
    const rate = /, (\d+) Hz, ([\w.]+(?: channels)?)/.exec(rest);
    this.#streams.set(Number(index), {
      kind: kind === 'Video' ? 'video' : 'audio',
      codec: codec ?? '',
      width: size === null ? null : Number(size[1]),
      height: size === null ? null : Number(size[2]),
      sampleRateHz: rate === null ? null : Number(rate[1]),
      channels: rate === null ? null : channelCount(rate[2] ?? ''),
      count: 0,
      firstUs: null,
      lastUs: null,
      endUs: null,
      maxStepUs: 0,
      usPerTick: this.#ticks.get(Number(index)) ?? 1,
    });
  }

  /** One line of stdout: a time base, a packet or a frame. */
  readFrame(line: string): void {
    if (line.startsWith('#')) {
      const base = /^#tb (\d+): (\d+)\/(\d+)/.exec(line);
      if (base === null) return;
      const usPerTick = (Number(base[2]) / Number(base[3])) * 1e6;
      this.#ticks.set(Number(base[1]), usPerTick);
      const stream = this.#streams.get(Number(base[1]));
      if (stream !== undefined) stream.usPerTick = usPerTick;
      return;
    }
    const [index, , pts, duration] = line.split(',', 4).map((field) => Number(field));
    const stream = this.#streams.get(index ?? -1);
    if (stream === undefined || pts === undefined || Number.isNaN(pts)) return;
    const atUs = pts * stream.usPerTick;
    if (stream.lastUs !== null) stream.maxStepUs = Math.max(stream.maxStepUs, atUs - stream.lastUs);
    stream.count += 1;
    stream.firstUs ??= atUs;
    stream.lastUs = Math.max(stream.lastUs ?? atUs, atUs);
    stream.endUs = Math.max(stream.endUs ?? atUs, atUs + (duration ?? 0) * stream.usPerTick);
    this.#onTime?.(atUs);
  }

  /** The listing, once every line was read. */
  result(exit: FfmpegExit): MediaListing {
    const streams = [...this.#streams.values()].map(({ usPerTick: _, ...listing }) => listing);
    return {
      startUs: this.#startUs,
      containerDurationUs: this.#containerDurationUs,
      streams,
      errors: this.#errors,
      errorCount: this.#errorCount,
      exit,
    };
  }
}

/** The first stream of a kind; null when there is none. */
export function streamOf(listing: MediaListing, kind: 'video' | 'audio'): StreamListing | null {
  return listing.streams.find((stream) => stream.kind === kind) ?? null;
}

function clockToUs(text: string | undefined): number | null {
  const clock = /^(\d+):(\d+):(\d+(?:\.\d+)?)$/.exec(text ?? '');
  if (clock === null) return null;
  return Math.round((Number(clock[1]) * 3600 + Number(clock[2]) * 60 + Number(clock[3])) * 1e6);
}

function channelCount(layout: string): number | null {
  const named: Record<string, number> = { mono: 1, stereo: 2 };
  return named[layout] ?? (/^(\d+) channels/.test(layout) ? Number.parseInt(layout, 10) : null);
}
