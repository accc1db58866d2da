import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { answersInTime } from '../process/path-answers.js';
import { readManifest } from '../storage/manifest-file.js';
import { lockState } from '../storage/take-lock.js';
import { isInterrupted } from './recover-take.js';

/** The takes of an output folder that nobody has finished. */
export interface InterruptedTakes {
  /** Folders of takes whose recorder is gone. */
  readonly orphans: readonly string[];
  /** Those of them that had ended in order: their files play, and only their check is missing. */
  readonly unchecked: readonly string[];
  /** Folders of takes that a living process works on. */
  readonly inUse: readonly string[];
}

/**
 * Looks through an output folder; folders that are no takes are passed over, and a disk that does not answer has none.
 * Never rejects.
 */
export async function findInterrupted(outputFolder: string): Promise<InterruptedTakes> {
  // One call to a dead disk would keep this process from ending.
  const doesAnswer = await answersInTime(resolve(outputFolder), 'read');
  if (!doesAnswer) return { orphans: [], unchecked: [], inUse: [] };
  const entries = await readdir(outputFolder, { withFileTypes: true }).catch(() => []);
  const orphans: string[] = [];
  const unchecked: string[] = [];
  const inUse: string[] = [];
  for (const entry of entries) {
    if (!entry.isDirectory()) continue;
    const folder = join(outputFolder, entry.name);
    const manifest = await readManifest(folder).catch(() => null);
    if (manifest === null) continue;
    const state = await lockState(folder);
    if (state.kind === 'held') inUse.push(folder);
    else if (isInterrupted(manifest)) {
      orphans.push(folder);
      if (manifest.state === 'checking') unchecked.push(folder);
    }
  }
  return { orphans, unchecked, inUse };
}
