import { rm } from 'node:fs/promises';
import { afterAll } from 'vitest';
import { makeSyntheticTake, type SyntheticTake } from './synthetic-telemetry.js';

const folders: string[] = [];

afterAll(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

/** As {@link makeSyntheticTake}, into a folder that goes with the tests of this file. @returns its path */
export async function writeSyntheticTake(take: SyntheticTake): Promise<string> {
  const folder = await makeSyntheticTake(take);
  folders.push(folder);
  return folder;
}
