import { type Snapshot, snapshotSchema } from '#engine/contract/snapshot.js';
import { childPids, familyCpuMs, ownCpuMs, processName } from './proc.js';
import type { Subject } from './subject.js';

export function recorderSnapshot(recorder: Subject): Promise<Snapshot> {
  return recorder.askFor(snapshotSchema, 'snapshot');
}

export function receivedFrames({ sinks }: Snapshot): number {
  return sinks.reduce((sum, { video }) => sum + (video?.accounting.received ?? 0), 0);
}

/**
 * The one ffmpeg that the recorder encodes with, in steady state.
 *
 * @throws Error when there is none, or more than one
 */
export function encoderPid(recorder: Subject): number {
  const pids = childPids(recorder.pid).filter((pid) => processName(pid)?.startsWith('ffmpeg') === true);
  const [pid] = pids;
  if (pid === undefined || pids.length > 1) {
    throw new Error(`the recorder has ${pids.length} ffmpeg processes instead of one`);
  }
  return pid;
}

/** CPU of the recorder's own process up to now, and of its encoders, in milliseconds. */
export function recorderCpuMs({ pid }: Pick<Subject, 'pid'>): {
  readonly main: number;
  readonly ffmpeg: number;
} {
  const main = ownCpuMs(pid);
  return { main, ffmpeg: familyCpuMs(pid) - main };
}
