import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mediaUrl } from '../../ffmpeg/media-url.js';
import { runFfmpegToExit } from '../../ffmpeg/run-ffmpeg.js';
import type { CopyCodec } from '../contract.js';
import type { PictureSize } from '../frames/encoded-frame.js';
import { lengthPrefixed } from '../frames/nal-units.js';

type VideoCodec = Exclude<CopyCodec, 'opus'>;

/** Fast ones: it is one picture, without anything on it. Without reordering: nobody sends it live. */
const encoders: Readonly<Record<VideoCodec, readonly string[]>> = {
  vp8: ['-c:v', 'libvpx'],
  vp9: ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8'],
  h264: ['-c:v', 'libx264', '-profile:v', 'baseline', '-preset', 'ultrafast', '-tune', 'zerolatency'],
  h265: ['-c:v', 'libx265', '-preset', 'ultrafast', '-tune', 'zerolatency', '-x265-params', 'log-level=none'],
  av1: ['-c:v', 'libaom-av1', '-usage', 'realtime', '-cpu-used', '8'],
};
/** One picture takes 0.1 to 0.6 s of a core. */
const patienceMs = 20_000;
/** Sizes that are kept; a stream has a few. */
export const mostBlackKept = 16;
/** A temporal delimiter of AV1, which Matroska leaves out. */
const temporalDelimiter = Buffer.from([0x12, 0x00]);

/** Makes one black key frame. @returns null when it cannot be made */
export type BlackMaker = (codec: VideoCodec, size: PictureSize) => Promise<Buffer | null>;

/** Black key frames by codec and size, each made once by ffmpeg: what stands in a file while a camera is off. */
export class BlackFrames {
  readonly #make: BlackMaker;
  readonly #kept = new Map<string, Promise<Buffer | null>>();

  constructor(make: BlackMaker) {
    this.#make = make;
  }

  /** A black key frame, which must not be changed; null when ffmpeg has no encoder for the codec. Never rejects. */
  of(codec: VideoCodec, size: PictureSize): Promise<Buffer | null> {
    const key = `${codec} ${size.width}x${size.height}`;
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    const [oldest] = this.#kept.keys();
    if (this.#kept.size >= mostBlackKept && oldest !== undefined) this.#kept.delete(oldest);
    const made = this.#make(codec, size).catch(() => null);
    this.#kept.set(key, made);
    return made;
  }
}

/** Makes black key frames with an ffmpeg. */
export function blackByFfmpeg(ffmpegPath: string): BlackMaker {
  return async (codec, { height, width }) => {
    const folder = await mkdtemp(join(tmpdir(), 'plateau-black-'));
    try {
      const file = join(folder, 'black');
      const { exitCode } = await runFfmpegToExit({
        ffmpegPath,
        arguments: [
          ...['-nostdin', '-hide_banner', '-loglevel', 'error', '-nostats', '-y'],
          ...['-f', 'lavfi', '-i', `color=black:size=${width}x${height}:rate=1`],
          ...['-map', '0:v', '-frames:v', '1', '-pix_fmt', 'yuv420p', ...encoders[codec]],
          ...['-f', 'data', mediaUrl(file)],
        ],
        silenceLimitMs: patienceMs,
        priority: 'belowNormal',
      });
      return exitCode === 0 ? asBlock(codec, await readFile(file)) : null;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };
}

function asBlock(codec: VideoCodec, packet: Buffer): Buffer | null {
  if (packet.length === 0) return null;
  if (codec === 'h264' || codec === 'h265') return lengthPrefixed(packet);
  const isDelimited = codec === 'av1' && packet.subarray(0, 2).equals(temporalDelimiter);
  return isDelimited ? packet.subarray(temporalDelimiter.length) : packet;
}
