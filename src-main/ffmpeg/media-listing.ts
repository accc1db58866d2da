import { basename } from 'node:path';
import { PlateauError } from '../contract/errors.js';
import type { LowPriority } from '../process/low-priority.js';
import { type ListedPacket, ListingParser, type MediaListing, type StreamListing } from './listing-parser.js';
import { mediaUrl } from './media-url.js';
import { runFfmpegToExit } from './run-ffmpeg.js';

export type { ListedPacket, MediaListing, StreamListing } from './listing-parser.js';

/** What of a file is listed, and how thoroughly. */
export interface ListingRequest {
  readonly ffmpegPath: string;
  readonly path: string;
  /** `packets` only demuxes, `frames` decodes all, `lastFrames` decodes from the last key frame before the end. */
  readonly what: 'packets' | 'frames' | 'lastFrames';
  /** Ends at the first error. */
  readonly strict?: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly priority?: LowPriority | undefined;
  readonly onTime?: ((timeUs: number) => void) | undefined;
  /** Of `packets`: each of them, in the order in which they are read. */
  readonly onPacket?: ((packet: ListedPacket) => void) | undefined;
}

/**
 * A fragment of a second, and another one: in a file that was cut short, audio may end a fragment before
 * the frames do.
 */
const lastFramesFromEndSeconds = 2;

/** Whoever ends an ffmpeg that reads a file says nothing of the file: it is read so many times at most. */
const mostReadings = 3;
/** ffmpeg's exit code when it was asked by a signal to end (`fftools/ffmpeg.c`, `main`). */
const signaledExitCode = 255;

/**
 * Lists a media file's packets or frames in constant memory. ffprobe is not needed: ffmpeg-static
 * does not bring it.
 *
 * Streams, times and hashes come over one pipe, in one order: nothing is assumed of what is printed elsewhere, and
 * when. Errors are counted from the other one. An ffmpeg that somebody ends is started again, and each packet is told once.
 *
 * @throws PlateauError `ffmpegMissing`; `ffmpegFailed` when `signal` ended it, it stood still, or somebody ended it three times
 */
export async function listMedia(request: ListingRequest): Promise<MediaListing> {
  const { ffmpegPath, onPacket, onTime, path, priority, signal } = request;
  let told = 0;
  for (let reading = 1; ; reading += 1) {
    let read = 0;
    const tell = (packet: ListedPacket): void => {
      read += 1;
      if (read <= told) return;
      told = read;
      onPacket?.(packet);
    };
    const parser = new ListingParser(onTime, onPacket === undefined ? undefined : tell);
    const exit = await runFfmpegToExit({
      ...{ ffmpegPath, signal, priority },
      arguments: listingArguments(request),
      onStdoutLine: (line) => parser.read(line),
      onStderrLine: (line) => parser.readError(line),
    });
    const listing = parser.result(exit);
    if (!wasEnded(listing)) return listing;
    if (reading === mostReadings)
      throw new PlateauError(
        'ffmpegFailed',
        `ffmpeg was ended by ${exit.signal ?? 'a signal'} each time that it read ${basename(path)}.`,
        'Something on this machine ends it, as one that is short of memory does. The file is as it was written: `plateau verify` reads it again.',
      );
  }
}

function wasEnded({ errorCount, exit }: MediaListing): boolean {
  return exit.signal !== undefined || (exit.exitCode === signaledExitCode && errorCount === 0);
}

/**
 * Lists a file's packets, and finds what ffmpeg calls the file's start: where it puts the file when it joins it to
 * others. It is before 0 where the audio encoder's priming is, or at 0 where the container tells of the priming. Read as
 * what ffmpeg itself takes off when it is told to begin at 0.
 */
export async function listWithStart(
  request: Omit<ListingRequest, 'what'>,
): Promise<{ readonly listing: MediaListing; readonly startUs: number }> {
  const [listing, fromZero] = await Promise.all([
    listMedia({ ...request, what: 'packets' }),
    firstFromZero(request),
  ]);
  for (const [index, { firstUs }] of fromZero.entries()) {
    const ownFirstUs = listing.streams[index]?.firstUs;
    if (firstUs !== null && typeof ownFirstUs === 'number') return { listing, startUs: ownFirstUs - firstUs };
  }
  return { listing, startUs: 0 };
}

async function firstFromZero({
  ffmpegPath,
  path,
  signal,
}: Omit<ListingRequest, 'what'>): Promise<readonly StreamListing[]> {
  const parser = new ListingParser();
  await runFfmpegToExit({
    ffmpegPath,
    arguments: [
      ...quiet,
      ...['-fflags', '+discardcorrupt', '-copyts', '-start_at_zero', '-i', mediaUrl(path)],
      ...streamMaps,
      ...['-c', 'copy', '-frames:v', '1', '-frames:a', '1', '-f', 'framecrc', 'pipe:1'],
    ],
    signal,
    onStdoutLine: (line) => parser.read(line),
  });
  return parser.streams;
}

const quiet = ['-nostdin', '-hide_banner', '-nostats', '-loglevel', 'level+error'];
/** Video first, whatever their order in the file; nothing that is neither. */
const streamMaps = ['-map', '0:v?', '-map', '0:a?'];

function listingArguments(request: ListingRequest): string[] {
  const strict = request.strict === true ? ['-xerror', '-err_detect', 'explode'] : [];
  const seek =
    request.what === 'lastFrames' ? ['-noaccurate_seek', '-sseof', `-${lastFramesFromEndSeconds}`] : [];
  const tolerant = request.what === 'packets' ? ['-fflags', '+discardcorrupt'] : [];
  const mode =
    request.what === 'packets'
      ? ['-c', 'copy', '-f', 'framehash', '-hash', 'CRC32']
      : ['-fps_mode', 'passthrough', '-f', 'framecrc'];
  return [
    ...quiet,
    ...strict,
    ...tolerant,
    '-copyts',
    ...seek,
    '-i',
    mediaUrl(request.path),
    ...streamMaps,
    ...mode,
    'pipe:1',
  ];
}

/** The first stream of a kind; null when there is none. */
export function streamOf(listing: MediaListing, kind: 'video' | 'audio'): StreamListing | null {
  return listing.streams.find((stream) => stream.kind === kind) ?? null;
}
