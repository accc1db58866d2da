import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { PlateauError } from '../../contract/errors.js';
import { findFfmpeg } from '../../ffmpeg/ffmpeg-binary.js';
import { mediaUrl } from '../../ffmpeg/media-url.js';
import { childEnd, endInStages, tieToThisProcess } from '../../process/child-lifetime.js';
import { TextTail } from '../../process/text-tail.js';
import { clipFrameCount } from '../pattern/frame-code.js';
import { TestPattern } from '../pattern/test-pattern.js';
import { audioSampleRateHz, fillAudio, isInMark } from '../pattern/test-tone.js';
import { audioLeadInSeconds, audioLoopSeconds, opusPacketMs } from './audio-clip.js';
import { type AudioClipSpec, clipBitrateBps, type VideoClipSpec } from './clip-spec.js';

/** 600 frames of 720p take 5 s of one core; a busy machine takes its time. */
const encodePatienceMs = 300_000;
const opusBitrate = '64k';

/** Encodes a clip into a file. @throws PlateauError `ffmpegMissing`, `ffmpegFailed` */
export async function encodeVideoClip(spec: VideoClipSpec, file: string): Promise<void> {
  const { width, height, fps } = spec;
  const input = ['-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-s', `${width}x${height}`, '-r', String(fps)];
  const coder = spec.codec === 'vp8' ? vp8Arguments(spec) : h264Arguments(spec);
  await encode([...input, '-i', 'pipe:0', ...coder, mediaUrl(file)], async (stdin) => {
    const pattern = new TestPattern({ widthPx: width, heightPx: height, name: spec.name, hue: spec.hue });
    for (let index = 0; index < clipFrameCount; index += 1) {
      const secondPhase = (index % fps) / fps;
      const isFlash = isInMark(secondPhase * 1000);
      const frame = pattern.paint({ counter: index, isClip: true, isFlash, secondPhase });
      // A copy: the pattern is painted over while the pipe still holds the one before.
      await write(stdin, Uint8Array.from(frame));
    }
  });
}

/** Encodes the beeps of a microphone into a file. @throws PlateauError `ffmpegMissing`, `ffmpegFailed` */
export async function encodeAudioClip(spec: AudioClipSpec, file: string): Promise<void> {
  const input = ['-f', 's16le', '-ar', String(audioSampleRateHz), '-ac', '1', '-i', 'pipe:0'];
  const coder = ['-c:a', 'libopus', '-b:a', opusBitrate, '-vbr', 'off', '-frame_duration', `${opusPacketMs}`];
  await encode([...input, ...coder, '-f', 'ogg', mediaUrl(file)], async (stdin) => {
    const samples = new Int16Array(audioSampleRateHz / 10);
    for (let tenth = 0; tenth < (audioLeadInSeconds + audioLoopSeconds) * 10; tenth += 1) {
      fillAudio(samples, tenth * 100, spec.beepHz);
      await write(stdin, Uint8Array.from(new Uint8Array(samples.buffer)));
    }
  });
}

/** A key frame at the start of each second, and nowhere else: there a receiver begins and a size changes. */
function vp8Arguments(spec: VideoClipSpec): string[] {
  const bitrateBps = clipBitrateBps(spec);
  const every = String(spec.fps);
  // No frame may change what others are decoded with: those of the upper layers are left out on the way.
  const independent = ['-error-resilient', 'default+partitions'];
  const layers =
    spec.temporalLayers === 1 ? [] : ['-ts-parameters', temporalLayering(spec, bitrateBps), ...independent];
  return [
    // Its threads wait for each other: beside two busy loops on two cores two took three times as long as one (1.9 s, 0.6 s).
    ...['-c:v', 'libvpx', '-threads', '1', '-deadline', 'realtime', '-cpu-used', '8'],
    ...['-b:v', String(bitrateBps)],
    ...['-g', every, '-keyint_min', every, '-auto-alt-ref', '0', '-lag-in-frames', '0', ...layers],
    ...['-f', 'ivf'],
  ];
}

/** libvpx's own patterns of two layers over two frames and three layers over four. */
function temporalLayering({ temporalLayers }: VideoClipSpec, bitrateBps: number): string {
  const kilobits = (share: number): number => Math.round((bitrateBps * share) / 1000);
  const settings: Record<string, string> =
    temporalLayers === 2
      ? {
          ts_number_layers: '2',
          ts_target_bitrate: [kilobits(0.6), kilobits(1)].join(','),
          ts_rate_decimator: '2,1',
          ts_periodicity: '2',
          ts_layer_id: '0,1',
          ts_layering_mode: '2',
        }
      : {
          ts_number_layers: '3',
          ts_target_bitrate: [kilobits(0.4), kilobits(0.6), kilobits(1)].join(','),
          ts_rate_decimator: '4,2,1',
          ts_periodicity: '4',
          ts_layer_id: '0,2,1,2',
          ts_layering_mode: '3',
        };
  return Object.entries(settings)
    .map((setting) => setting.join('='))
    .join(':');
}

/** Baseline, one slice, parameter sets before each key frame, and a delimiter before each frame. */
function h264Arguments(spec: VideoClipSpec): string[] {
  const bitrate = String(clipBitrateBps(spec));
  const every = spec.fps;
  const settings = `keyint=${every}:min-keyint=${every}:scenecut=0:aud=1:repeat-headers=1:sliced-threads=0`;
  return [
    ...['-c:v', 'libx264', '-preset', 'veryfast', '-tune', 'zerolatency', '-profile:v', 'baseline'],
    ...['-b:v', bitrate, '-maxrate', bitrate, '-bufsize', bitrate, '-x264-params', settings, '-f', 'h264'],
  ];
}

async function encode(args: readonly string[], feed: (stdin: Writable) => Promise<void>): Promise<void> {
  const { path } = await findFfmpeg();
  const child = spawn(path, ['-hide_banner', '-nostats', '-loglevel', 'error', '-y', ...args], {
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  const errorText = new TextTail();
  child.stderr.on('data', (chunk: Buffer) => errorText.push(chunk));
  // Told of by the end of the process.
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  child.once('spawn', () => tieToThisProcess(child));
  const limit = setTimeout(() => void endInStages(child, []), encodePatienceMs);
  try {
    await Promise.race([feed(child.stdin), once(child, 'close')]);
    child.stdin.end();
    await childEnd(child);
  } finally {
    clearTimeout(limit);
  }
  if (child.exitCode !== 0) throw encodeFailure(child, errorText.lastLine());
}

/** Resolves when the pipe takes more; at once when nobody reads it any more. */
async function write(stdin: Writable, bytes: Uint8Array): Promise<void> {
  if (!stdin.writable || stdin.write(bytes)) return;
  await new Promise<void>((resolve) => {
    const goOn = (): void => {
      stdin.off('drain', goOn);
      stdin.off('close', goOn);
      resolve();
    };
    stdin.once('drain', goOn);
    stdin.once('close', goOn);
  });
}

function encodeFailure(child: ChildProcess, lastLine: string): PlateauError {
  const ending = child.exitCode === null ? 'was ended' : `ended with code ${child.exitCode}`;
  return new PlateauError(
    'ffmpegFailed',
    `ffmpeg ${ending} while encoding a clip${lastLine === '' ? '' : `: ${lastLine}`}.`,
    'Install an ffmpeg with libvpx, libx264 and libopus.',
  );
}
