import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ManifestFile } from '../contract/manifest.js';
import { inTime } from '../process/deadline.js';
import { hasCode } from '../process/system-error.js';
import { sha256OfFile } from '../storage/checksum.js';
import { diskPatienceMs } from '../storage/take-folder.js';
import type { EventReporter } from '../telemetry/event-reporter.js';

/** What tells a file that nobody has written into from one that somebody has. */
interface Trace {
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  /** Another file of the same name has another one. */
  readonly inode: number;
}

/** Finished files of a take that goes on: whether they are, at its end, what they were proven to be. */
export class StillFinished {
  readonly #traces = new Map<ManifestFile, Trace>();

  /** Remembers files that have just been checked. Never rejects. @param folder they are in */
  async note(folder: string, entries: readonly ManifestFile[]): Promise<void> {
    for (const entry of entries.filter(({ state }) => state === 'verified')) {
      const found = await inTime(trace(join(folder, entry.file)), diskPatienceMs);
      if (found.isInTime && found.value !== null) this.#traces.set(entry, found.value);
    }
  }

  /**
   * Looks at them once more. Only one that was touched is read through again. Of a disk that does not answer nothing new is said. Never
   * rejects.
   *
   * @returns the entry, or what has to be said of it now
   */
  async judge(folder: string, entry: ManifestFile, report: EventReporter): Promise<ManifestFile> {
    if (entry.state !== 'verified') return entry;
    const path = join(folder, entry.file);
    const found = await inTime(trace(path), diskPatienceMs);
    if (!found.isInTime) return entry;
    const [before, now] = [this.#traces.get(entry), found.value];
    this.#traces.delete(entry);
    if (now === null) return noMore(entry, 'was deleted or moved', report);
    const isUntouched =
      before?.modifiedMs === now.modifiedMs &&
      before.sizeBytes === now.sizeBytes &&
      before.inode === now.inode;
    if (isUntouched || entry.sha256 === null) return entry;
    const sha256 = await sha256OfFile(path).catch(() => null);
    return sha256 === entry.sha256 ? entry : noMore(entry, 'was changed', report);
  }
}

/** Null of a file that is not there. Of one that cannot be asked, what is never the same. */
async function trace(path: string): Promise<Trace | null> {
  try {
    const { ino, mtimeMs, size } = await stat(path);
    return { sizeBytes: size, modifiedMs: mtimeMs, inode: ino };
  } catch (thrown) {
    return hasCode(thrown, 'ENOENT', 'ENOTDIR') ? null : { sizeBytes: NaN, modifiedMs: NaN, inode: NaN };
  }
}

function noMore(entry: ManifestFile, what: string, report: EventReporter): ManifestFile {
  const problem = `${entry.file} ${what} after it had been finished, while the take went on.`;
  report.error('finishedFileChanged', problem, entry.identity, { file: entry.file });
  const { stamps } = entry;
  return {
    ...entry,
    ...{ state: 'damaged', problem },
    ...(stamps && { stamps: { ...stamps, intact: { ...stamps.intact, isEarned: false, problem } } }),
  };
}
