import { rm } from 'node:fs/promises';
import { onTestFinished } from 'vitest';
import { makeSyntheticTake, type SyntheticTake } from './synthetic-telemetry.js';

/** As {@link makeSyntheticTake}, into a folder that goes with the test that asks for it. @returns its path */
export async function writeSyntheticTake(take: SyntheticTake): Promise<string> {
  const folder = await makeSyntheticTake(take);
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
