import { basename } from 'node:path';
import type { CopiedFiles } from '../contract/copied-files.js';
import { PlateauError } from '../contract/errors.js';
import type { Manifest, ManifestFile } from '../contract/manifest.js';
import { BlackFiller } from '../finalize/black-filler.js';
import { type CheckProgress, finalizeFiles } from '../finalize/finalize-take.js';
import type { LowPriority } from '../process/low-priority.js';
import { findSuitableFfmpeg } from '../sink/suitable-ffmpeg.js';
import { readCopiedFiles } from '../storage/copied-files.js';
import { readManifest, writeManifest } from '../storage/manifest-file.js';
import { freeLeftReserve } from '../storage/space-reserve.js';
import { lockState, takeInUse, TakeLock } from '../storage/take-lock.js';
import { EventLog } from '../telemetry/event-log.js';
import { EventReporter } from '../telemetry/event-reporter.js';
import { toldEndMs, toldFiles } from './copied-account.js';
import { lastMoments } from './crash-moment.js';
import { lastAccounts, leftSegments, settledAccounts } from './left-segments.js';
import { removeLitter } from './litter.js';

export interface RecoverOptions {
  /** 0 to 1, over all files. */
  readonly onProgress?: (fraction: number) => void;
  /** How many files are checked, once they play. */
  readonly onCheck?: (progress: CheckProgress) => void;
  /** Ends the work; the take stays as it was, and can be recovered later. */
  readonly signal?: AbortSignal;
  /** Of reading the files, beside a take; as everything else when left out. */
  readonly priority?: LowPriority;
}

/** What became of a take. */
export interface Recovery {
  readonly takeName: string;
  readonly folder: string;
  /** `whole`: there was nothing to do. `checked`: it had ended in order, and was not checked yet. `kept`: something could not be finished, and plays as it grew. */
  readonly outcome: 'recovered' | 'checked' | 'kept' | 'whole';
  readonly manifest: Manifest;
}

/** An end of a file that is nearer to that of its take lacks nothing: an encoder's framing moves it by less. */
const endToleranceMs = 150;
/** In memory, the newest ones: a recovery has a few lines for each file. */
const logEntries = 200;

/** Whether a take was interrupted, or a file of it was not finalized. */
export function isInterrupted({ files, state }: Manifest): boolean {
  return (
    state === 'recording' ||
    state === 'finalizing' ||
    state === 'checking' ||
    files.some(
      (file) =>
        file.state === 'recording' ||
        file.state === 'unchecked' ||
        (file.state === 'fragmented' && file.segments.length > 0),
    )
  );
}

/**
 * Finishes what an interrupted recorder left: joins the segments of each file on the take's timeline, proves the result
 * packet by packet, and stamps the manifest `recovered` with what was lost. A source is removed when its finished file is
 * proven, never before; a second recovery finds nothing to do.
 *
 * @param folder of one take
 * @throws PlateauError `takeInUse` when a living process works on it; `takeNotFound` without a manifest;
 *   `ffmpegMissing`, `ffmpegUnsuitable`, `outputUnwritable`, `diskFull`; `takeNotFinalized` when `signal` ended it
 */
export async function recoverTake(folder: string, options: RecoverOptions = {}): Promise<Recovery> {
  const found = await lockState(folder);
  if (found.kind === 'held') throw takeInUse(found);
  const left = found.kind === 'orphaned' ? found.lock : null;
  // There has to be one, before anything is written.
  const { state } = await readManifest(folder);
  const work = state === 'checking' ? 'checking' : 'recovering';
  await freeLeftReserve(folder);
  const lock = await TakeLock.acquire(folder, work, () => left?.beatTakeMs ?? 0);
  try {
    // Somebody else may have recovered it meanwhile.
    const manifest = await readManifest(folder);
    const takeName = basename(folder);
    if (!isInterrupted(manifest)) {
      await removeLitter(folder);
      return { takeName, folder, outcome: 'whole', manifest };
    }
    const told = manifest.mode === 'copy' ? await readCopiedFiles(folder) : null;
    const toldMs = told === null || told.hasEnded ? null : told.takeMs;
    const last = await lastMoments(folder, left, openPauseMs(manifest), toldMs);
    const recovered = await finish(
      folder,
      { ...manifest, files: toldFiles(manifest.files, told) },
      { last, told },
      options,
    );
    await writeManifest(folder, recovered);
    await removeLitter(folder);
    const isWhole = recovered.files.every(({ state }) => state === 'verified');
    const done = manifest.state === 'checking' ? 'checked' : 'recovered';
    return { takeName, folder, outcome: isWhole ? done : 'kept', manifest: recovered };
  } finally {
    await lock.release();
  }
}

/** What the take's processes have left beside its manifest. */
interface Left {
  readonly last: Awaited<ReturnType<typeof lastMoments>>;
  readonly told: CopiedFiles | null;
}

async function finish(
  folder: string,
  manifest: Manifest,
  { last, told }: Left,
  { onCheck, onProgress, priority, signal }: RecoverOptions,
): Promise<Manifest> {
  const { audioOnly, mode, profile } = manifest;
  // One that went over to copy mode has both.
  const isEncoded = mode !== 'copy' || manifest.files.some(({ copy }) => copy === undefined);
  const { path: ffmpegPath } = await findSuitableFfmpeg({
    ...{ profile, audioOnly, mode: isEncoded ? 'encode' : mode },
  });
  // A take that was being finalized has its end; of another one it is known when its recorder was gone.
  const endMs = manifest.durationMs ?? toldEndMs(told) ?? last.goneMs ?? 0;
  const entries = await Promise.all(
    begunFiles(manifest, endMs).map(async (entry) => {
      if (entry.state === 'verified') return entry;
      const isCounted = manifest.durationMs !== null || (told?.hasEnded === true && entry.copy !== undefined);
      const accounted = isCounted ? settledAccounts(entry) : lastAccounts(entry, last, manifest.files);
      return { ...accounted, problem: null, segments: await leftSegments(folder, manifest, entry, endMs) };
    }),
  );
  const report = new EventReporter(new EventLog(logEntries), () => null);
  const filler = new BlackFiller(folder, ffmpegPath);
  const open = entries.filter(({ state }) => state !== 'verified');
  try {
    const finished = await finalizeFiles({
      ...{ folder, profile, ffmpegPath, filler, report, signal, priority },
      entries: open,
      markers: manifest.markers,
      onProgress: (fraction) => onProgress?.(fraction),
      onCheck,
    });
    if (signal?.aborted === true) throw interrupted();
    const files = entries.map((entry) => finished.find(({ file }) => file === entry.file) ?? entry);
    return stamped(manifest, files, endMs, last.aliveMs);
  } finally {
    await filler.dispose();
  }
}

/** Where a take was paused that nobody has let go on; null otherwise. */
function openPauseMs({ pauses = [] }: Manifest): number | null {
  const last = pauses.at(-1);
  return last?.lengthMs === null ? last.takeMs : null;
}

/** A part whose encoder stood already when the recorder was gone, and that had not begun, is no file. */
function begunFiles({ files }: Manifest, endMs: number): ManifestFile[] {
  return files.filter(
    ({ part, state }) =>
      state !== 'recording' || part === undefined || part.number === 1 || part.startMs < endMs,
  );
}

function stamped(
  manifest: Manifest,
  files: readonly ManifestFile[],
  endMs: number,
  aliveMs: number | null,
): Manifest {
  const durationMs = Math.max(
    0,
    ...files.map((file) => Math.round((file.part?.startMs ?? 0) + (file.durationMs ?? 0))),
  );
  const plays = files.some(({ state }) => state === 'verified' || state === 'fragmented');
  const isEndKnown = manifest.durationMs !== null;
  // How long the last pause was nobody knows, when its recorder was gone before it was over.
  const pausedMs = (manifest.pauses ?? []).reduce((sum, { lengthMs }) => sum + (lengthMs ?? 0), 0);
  const takeMs = isEndKnown ? endMs : Math.max(durationMs, aliveMs ?? 0);
  return {
    ...manifest,
    files: [...files],
    state: plays || files.length === 0 ? 'complete' : 'failed',
    durationMs: Math.round(takeMs),
    stoppedAt:
      manifest.stoppedAt ?? new Date(Date.parse(manifest.startedAt) + takeMs + pausedMs).toISOString(),
    // Of a take that had ended in order nothing was interrupted but its check.
    ...(manifest.state !== 'checking' && {
      recovered: {
        at: new Date().toISOString(),
        interruptedWhile: isEndKnown ? 'finalizing' : 'recording',
        lostMs: Math.max(0, ...files.map(lostMs)),
      },
    }),
  };
}

/** How much of the end of a file is missing. */
function lostMs({ durationMs, part, segments, state }: ManifestFile): number {
  if (state !== 'verified' || durationMs === null) return 0;
  const endMs = Math.max(0, ...segments.map(({ startMs, endMs: end }) => end ?? startMs));
  const lackMs = Math.round(endMs - (part?.startMs ?? 0) - durationMs);
  return lackMs <= endToleranceMs ? 0 : lackMs;
}

function interrupted(): PlateauError {
  return new PlateauError(
    'takeNotFinalized',
    'The recovery was ended before it was finished.',
    'Everything is as it was. Start `plateau recover` again.',
  );
}
