import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Source } from '#engine/contract/recording.js';
import { liveEncodeArguments } from '#engine/ffmpeg/ffmpeg-arguments.js';
import { childEnd, tieToThisProcess } from '#engine/process/child-lifetime.js';
import { type Bench, fps, type FrameSize, profileFor } from './bench.js';
import { Subject } from './subject.js';
import { type CaptureArgument, framesSchema } from './subject-messages.js';

export interface CapturedFrames {
  readonly path: string;
  readonly size: FrameSize;
  readonly mediaMs: number;
}

/** Records the room's one participant as raw frames, the way the recorder hands them to ffmpeg. */
export async function captureFrames(
  bench: Bench,
  source: Source,
  size: FrameSize,
  durationMs: number,
): Promise<CapturedFrames> {
  const neededBytes = (durationMs / 1000 + 1) * fps * size.width * size.height * 1.5;
  const { bavail, bsize } = await statfs(bench.folder);
  if (bavail * bsize < neededBytes * 1.1) {
    throw new Error(
      `The bench needs ${(neededBytes / 1e9).toFixed(1)} GB in the folder for temporary files.`,
    );
  }
  const path = join(bench.folder, `${size.height}p.mkv`);
  const subject = await Subject.launch('capture', bench.cleanup);
  try {
    const argument: CaptureArgument = { source, path, durationMs };
    const { video } = await subject.askFor(framesSchema, 'capture', argument);
    const missing = 1 - video / ((durationMs / 1000) * fps);
    if (missing > 0.02) {
      bench.progress(`only ${video} frames were captured in ${durationMs / 1000} s: the machine is busy`);
    }
    return { path, size, mediaMs: durationMs };
  } finally {
    await subject.kill();
  }
}

export interface RunningFfmpeg {
  readonly pid: number;
  /** Resolves with the exit code. */
  readonly ended: Promise<number | null>;
  readonly kill: () => Promise<void>;
}

/**
 * ffmpeg alone, encoding captured frames with the recorder's own arguments; only the input is a file.
 *
 * @param isPaced in real time (`-re`), as in a take; otherwise as fast as it can
 */
export function startFfmpegAlone(bench: Bench, frames: CapturedFrames, isPaced: boolean): RunningFfmpeg {
  const encode = { profile: profileFor(frames.size), canvas: frames.size, videoInput: true };
  const encodeArguments = liveEncodeArguments(encode);
  if (isPaced) encodeArguments.splice(encodeArguments.indexOf('-i'), 0, '-re');
  const input = openSync(frames.path, 'r');
  const child = spawn(bench.ffmpegPath, encodeArguments, {
    stdio: [input, 'ignore', 'ignore'],
    detached: true,
  });
  closeSync(input);
  if (child.pid === undefined) throw new Error('ffmpeg could not be started');
  tieToThisProcess(child);
  const ended = childEnd(child).then(() => child.exitCode);
  const kill = bench.cleanup.add(async () => {
    child.kill('SIGKILL');
    await childEnd(child);
  });
  return { pid: child.pid, ended, kill };
}
