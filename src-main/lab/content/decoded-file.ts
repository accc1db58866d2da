import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { PlateauError } from '../../contract/errors.js';
import { mediaUrl } from '../../ffmpeg/media-url.js';
import { ffmpegNotStarted } from '../../ffmpeg/run-ffmpeg.js';
import { startChild } from '../../process/start-child.js';
import { TextTail } from '../../process/text-tail.js';
import type { GreyFrame, Size } from './content-box.js';

/** What a file holds, as ffmpeg's banner says it. */
export interface FileStreams {
  /** Size of the video's canvas; null for a file without video. */
  readonly canvas: Size | null;
  readonly hasAudio: boolean;
}

interface Decoder {
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly exitCode: Promise<number | null>;
}

/** ffmpeg with output that is read as fast as it is used: it waits when nobody reads. */
async function startDecoder(ffmpegPath: string, args: readonly string[]): Promise<Decoder> {
  try {
    const child = await startChild(ffmpegPath, ['-hide_banner', '-nostdin', '-nostats', ...args]);
    const exitCode = new Promise<number | null>((resolve) => {
      child.once('close', (code) => resolve(code));
    });
    return { stdout: child.stdout, stderr: child.stderr, exitCode };
  } catch (cause) {
    throw ffmpegNotStarted(cause);
  }
}

function decodeFailure(file: string, detail: string): PlateauError {
  return new PlateauError(
    'verificationFailed',
    `ffmpeg cannot decode ${file}${detail === '' ? '' : `: ${detail}`}.`,
    'The file is damaged, or this ffmpeg lacks its codec.',
  );
}

/**
 * Which streams a file has, from what ffmpeg prints about it (ffprobe is not always installed).
 *
 * @throws PlateauError `verificationFailed` for a file without any
 */
export async function readFileStreams(ffmpegPath: string, file: string): Promise<FileStreams> {
  const run = await startDecoder(ffmpegPath, ['-i', mediaUrl(file)]);
  run.stdout.resume();
  let canvas: Size | null = null;
  let hasAudio = false;
  const tail = new TextTail();
  for await (const line of createInterface({ input: run.stderr })) {
    tail.add(line);
    const stream = /^\s*Stream #0:\d+.*?: (Video|Audio): (.*)$/.exec(line);
    if (stream === null) continue;
    if (stream[1] === 'Audio') hasAudio = true;
    // ", 1280x720" and not the codec tag's "0x31637661".
    const size = /, (\d{2,5})x(\d{2,5})[, ]/.exec(`${stream[2] ?? ''} `);
    if (stream[1] === 'Video' && size !== null)
      canvas ??= { width: Number(size[1]), height: Number(size[2]) };
  }
  // ffmpeg ends with an error because it got no output file: expected here.
  await run.exitCode;
  if (canvas === null && !hasAudio) throw decodeFailure(file, tail.lastLine());
  return { canvas, hasAudio };
}

/** Groups a byte stream into blocks of exactly one size; a rest at the end is dropped. */
async function* blocksOf(stream: AsyncIterable<Buffer>, sizeBytes: number): AsyncGenerator<Buffer> {
  let block = Buffer.allocUnsafe(sizeBytes);
  let filledBytes = 0;
  for await (const chunk of stream) {
    for (let offset = 0; offset < chunk.length;) {
      const copiedBytes = chunk.copy(block, filledBytes, offset);
      offset += copiedBytes;
      filledBytes += copiedBytes;
      if (filledBytes < sizeBytes) continue;
      yield block;
      block = Buffer.allocUnsafe(sizeBytes);
      filledBytes = 0;
    }
  }
}

/**
 * Decodes the first video stream into small grey frames, one at a time, and resolves with the exact
 * presentation time of each, in the same order.
 *
 * @throws PlateauError `verificationFailed` for a file that cannot be decoded
 */
export async function decodeVideo(
  ffmpegPath: string,
  file: string,
  size: Size,
  onFrame: (frame: GreyFrame) => void,
): Promise<readonly number[]> {
  // Time stamps come from showinfo in microseconds (settb): raw video itself has none. extractplanes
  // takes the luma as it is, where a conversion to grey would stretch the range on some versions.
  const scaled = `scale=${size.width}:${size.height}:flags=area,format=yuv420p,extractplanes=y`;
  const run = await startDecoder(ffmpegPath, [
    ...['-copyts', '-i', mediaUrl(file), '-map', '0:v:0', '-vf', `settb=AVTB,${scaled},showinfo=checksum=0`],
    ...[
      '-fps_mode',
      'passthrough',
      '-enc_time_base',
      '1:1000000',
      '-c:v',
      'rawvideo',
      '-f',
      'rawvideo',
      'pipe:1',
    ],
  ]);
  const ptsMs: number[] = [];
  const tail = new TextTail();
  const readTimes = async (): Promise<void> => {
    for await (const line of createInterface({ input: run.stderr })) {
      const shown = /showinfo.* n: *\d+ pts: *(-?\d+) /.exec(line);
      if (shown !== null) ptsMs.push(Number(shown[1]) / 1000);
      else if (!line.includes('showinfo')) tail.add(line);
    }
  };
  let frameCount = 0;
  const readFrames = async (): Promise<void> => {
    for await (const pixels of blocksOf(run.stdout, size.width * size.height)) {
      frameCount += 1;
      onFrame({ ...size, pixels });
    }
  };
  const [exitCode] = await Promise.all([run.exitCode, readTimes(), readFrames()]);
  if (exitCode !== 0) throw decodeFailure(file, tail.lastLine());
  if (ptsMs.length !== frameCount) {
    throw decodeFailure(file, `${ptsMs.length} time stamps for ${frameCount} frames`);
  }
  return ptsMs;
}

/** The rate that audio is decoded to. */
export const decodedSampleRateHz = 48_000;

/**
 * Decodes the first audio stream to mono from time 0, gaps filled with silence, in blocks of samples.
 *
 * @throws PlateauError `verificationFailed` for a file that cannot be decoded
 */
export async function decodeAudio(
  ffmpegPath: string,
  file: string,
  blockSamples: number,
  onBlock: (samples: Int16Array) => void,
): Promise<void> {
  const run = await startDecoder(ffmpegPath, [
    ...['-loglevel', 'error', '-copyts', '-i', mediaUrl(file), '-map', '0:a:0'],
    ...['-af', 'aresample=async=1:first_pts=0', '-ac', '1', '-ar', String(decodedSampleRateHz)],
    ...['-c:a', 'pcm_s16le', '-f', 's16le', 'pipe:1'],
  ]);
  const tail = new TextTail();
  run.stderr.on('data', (chunk: Buffer) => tail.push(chunk));
  const readBlocks = async (): Promise<void> => {
    for await (const block of blocksOf(run.stdout, blockSamples * Int16Array.BYTES_PER_ELEMENT)) {
      // A copy: a Buffer of the pool may start at an odd byte.
      onBlock(new Int16Array(Uint8Array.from(block).buffer));
    }
  };
  const [exitCode] = await Promise.all([run.exitCode, readBlocks()]);
  if (exitCode !== 0) throw decodeFailure(file, tail.lastLine());
}
