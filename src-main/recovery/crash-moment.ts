import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { type Snapshot, snapshotSchema } from '../contract/snapshot.js';
import type { TakeLockContent } from '../contract/take-lock.js';
import { copiedFilesEveryMs } from '../storage/copied-files.js';
import { beatEveryMs } from '../storage/take-lock.js';

/** What is known of a take's last moments. Times are milliseconds on the take's timeline. */
export interface LastMoments {
  /** The process was seen alive then; null when nothing says so. */
  readonly aliveMs: number | null;
  /** It was gone by then: the next sign of life is missing. */
  readonly goneMs: number | null;
  /** The last telemetry; null when there is none. */
  readonly snapshot: Snapshot | null;
}

/** Of the telemetry's end, in bytes: a line of a large room is some tens of kilobytes. */
const tailBytes = 2_000_000;
/** As `TakeSupervisor` writes it: a line each second. */
const telemetryEveryMs = 1_000;
/** Timers and disks are late by less on a machine that can record at all. */
const latenessMs = 250;

/**
 * Finds out when a recorder was last seen alive: by its lock's heartbeat, by the last line of telemetry, and by what the process
 * that fills its files has left.
 *
 * @param lock what the killed process left; null where there is none
 * @param pausedAtMs where the take was paused, as its manifest says, and nobody had let it go on; null otherwise
 * @param toldMs when that process wrote what it knows, while nobody took it from there; null where it did not, or has ended
 */
export async function lastMoments(
  folder: string,
  lock: TakeLockContent | null,
  pausedAtMs: number | null = null,
  toldMs: number | null = null,
): Promise<LastMoments> {
  const snapshot = await lastSnapshot(join(folder, 'telemetry.ndjson'));
  // The clock of its files stood still: what came afterwards was not to be recorded.
  if (pausedAtMs !== null && snapshot?.isPaused !== false)
    return { aliveMs: pausedAtMs, goneMs: pausedAtMs, snapshot };
  const beatMs = lock?.work === 'recording' ? lock.beatTakeMs : null;
  const lineMs = snapshot?.takeMs ?? null;
  const signs = [
    ...(beatMs === null ? [] : [{ aliveMs: beatMs, goneMs: beatMs + beatEveryMs + latenessMs }]),
    ...(lineMs === null ? [] : [{ aliveMs: lineMs, goneMs: lineMs + telemetryEveryMs + latenessMs }]),
    ...(toldMs === null ? [] : [{ aliveMs: toldMs, goneMs: toldMs + copiedFilesEveryMs + latenessMs }]),
  ];
  if (signs.length === 0) return { aliveMs: null, goneMs: null, snapshot };
  const aliveMs = Math.max(...signs.map((sign) => sign.aliveMs));
  // Each sign of life says by when the next one should have come: the first that is missing counts, unless another one shows
  // that it was only late, as those of a recorder that was blocked are.
  const goneMs = Math.min(...signs.map((sign) => sign.goneMs).filter((goneAtMs) => goneAtMs >= aliveMs));
  return { aliveMs, goneMs, snapshot };
}

async function lastSnapshot(path: string): Promise<Snapshot | null> {
  let file: FileHandle | null = null;
  try {
    file = await open(path, 'r');
    const { size } = await file.stat();
    const length = Math.min(size, tailBytes);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
    const lines = buffer.toString('utf8', 0, bytesRead).split('\n');
    for (const line of lines.toReversed()) {
      const snapshot = line.includes('plateau.snapshot/1') ? parse(line) : null;
      if (snapshot !== null && snapshot.takeMs !== null) return snapshot;
    }
    return null;
  } catch {
    return null;
  } finally {
    await file?.close();
  }
}

/** The last line may be half written. */
function parse(line: string): Snapshot | null {
  try {
    return snapshotSchema.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}
