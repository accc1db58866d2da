import type { Profile } from '../contract/profile.js';
import type { TakeMode } from '../contract/recording.js';
import { liveEncodeArguments } from '../ffmpeg/ffmpeg-arguments.js';
import { type FfmpegBinary, findFfmpeg, forgetFfmpeg } from '../ffmpeg/ffmpeg-binary.js';
import {
  assertHasParts,
  partsForCopied,
  partsForDelivering,
  partsForRecording,
  unsuitable,
} from '../ffmpeg/ffmpeg-capabilities.js';
import { causeOf, runFfmpegToExit } from '../ffmpeg/run-ffmpeg.js';
import { pcmFormat } from '../pipeline/audio-queue.js';
import type { TextTail } from '../process/text-tail.js';
import { MatroskaBlocks, matroskaHeader } from './matroska-stream.js';
import { packPgmyuv } from './pgmyuv-frame.js';

/** Small, for what is tried are options and encoders, not speed. */
const trialCanvas = { width: 64, height: 64 } as const;
/** Three frames at 30 fps: the fewest that have one between two others. */
const trialTimesMs = [0, 33, 66] as const;
/** It takes a tenth of a second; a machine with other work on its cores may need seconds. */
const trialLimitMs = 30_000;

/** What a take asks of ffmpeg. */
export interface FfmpegTask {
  readonly profile: Profile;
  readonly audioOnly: boolean;
  /** What is copied is encoded by nobody: it is only read again. Decoded and encoded when left out. */
  readonly mode?: TakeMode | undefined;
  /** MP4 files are made of it when it has ended, where it is copied. */
  readonly delivers?: boolean | undefined;
}

const tried = new Map<string, Promise<void>>();

/**
 * Finds an ffmpeg that can record this: it has every part that recording, finalizing and verifying need, and where it
 * encodes, a few frames go through the very arguments of the live encode. Asked once for each path and task.
 *
 * @throws PlateauError `ffmpegMissing`; `ffmpegUnsuitable`, naming what lacks and what mends it; `tooManyOpenFiles`
 */
export async function findSuitableFfmpeg(task: FfmpegTask): Promise<FfmpegBinary> {
  const ffmpeg = await findFfmpeg();
  const { container, preset } = task.profile;
  const key = [ffmpeg.path, container, preset, task.audioOnly, task.mode, task.delivers === true].join(' ');
  const pending = tried.get(key) ?? assertSuitable(ffmpeg, task);
  tried.set(key, pending);
  try {
    await pending;
  } catch (thrown) {
    // The person may install another one at the same path and try again in the same window.
    tried.delete(key);
    forgetFfmpeg(ffmpeg);
    throw thrown;
  }
  return ffmpeg;
}

async function assertSuitable(ffmpeg: FfmpegBinary, task: FfmpegTask): Promise<void> {
  // Which codecs will come nobody knows yet; what cannot be read at the stop is said there.
  if (task.delivers === true) await assertHasParts(ffmpeg, partsForDelivering([]));
  if (task.mode === 'copy') return assertHasParts(ffmpeg, partsForCopied([]));
  await assertHasParts(ffmpeg, partsForRecording(task.profile, !task.audioOnly));
  await tryEncode(ffmpeg, task);
}

async function tryEncode(ffmpeg: FfmpegBinary, { profile, audioOnly }: FfmpegTask): Promise<void> {
  const canvas = audioOnly ? null : trialCanvas;
  const seen = { hasOutput: false };
  const { exitCode, stderr } = await runFfmpegToExit({
    ffmpegPath: ffmpeg.path,
    arguments: liveEncodeArguments({ profile, canvas, videoInput: canvas !== null }),
    input: trialStream(canvas),
    silenceLimitMs: trialLimitMs,
    onStdoutLine: () => {
      seen.hasOutput = true;
    },
  });
  if (exitCode === 0 && seen.hasOutput) return;
  throw unsuitable(ffmpeg, lackOf(exitCode, stderr), '', stderr.lines.join('\n'));
}

/** What ffmpeg said of itself, as the end of a sentence. */
function lackOf(exitCode: number | null, stderr: TextTail): string {
  const said = stderr.lines.join('\n');
  const option = /Unrecognized option '([^']+)'/.exec(said)?.[1];
  if (option !== undefined)
    return `does not know the option -${option}: it is too old, or was built without it`;
  const part = /Unknown (encoder|decoder) '([^']+)'/.exec(said);
  if (part !== null) return `lacks the ${part[1]} ${part[2]}`;
  const filter = /No such filter: '([^']+)'/.exec(said)?.[1];
  if (filter !== undefined) return `lacks the filter ${filter}`;
  if (exitCode === 0) return 'wrote nothing in a trial of a few frames';
  const ending = exitCode === null ? 'was killed' : `ended with code ${exitCode}`;
  return `${ending} in a trial of a few frames (${causeOf(stderr).replace(/\.$/, '')})`;
}

function trialStream(canvas: typeof trialCanvas | null): Buffer {
  const { channels, sampleRateHz } = pcmFormat;
  const blocks = new MatroskaBlocks();
  const parts: Uint8Array[] = [matroskaHeader({ video: canvas, audio: { sampleRateHz, channels } })];
  const samples = Math.round((sampleRateHz * (trialTimesMs[1] - trialTimesMs[0])) / 1000);
  for (const timeMs of trialTimesMs) {
    if (canvas !== null) {
      const i420 = new Uint8Array((canvas.width * canvas.height * 3) / 2).fill(128);
      const { header, pixels } = packPgmyuv(i420, canvas.width, canvas.height, 0);
      parts.push(blocks.blockHeader('video', timeMs, header.length + pixels.length), header, pixels);
    }
    const pcm = new Uint8Array(samples * channels * 2);
    parts.push(blocks.blockHeader('audio', timeMs, pcm.length), pcm);
  }
  return Buffer.concat(parts);
}
