import { dirname, resolve } from 'node:path';
import type { Manifest } from '../contract/manifest.js';
import { FolderAnswers } from './folder-answers.js';
import { readManifest } from './manifest-file.js';

/** One of the folders of a take. */
export interface FolderOfTake {
  readonly path: string;
  readonly manifest: Manifest;
}

/** What is said of a take of which not all folders can be read. */
export const unreadableFolder = 'Another folder of this take cannot be read.';

/**
 * All folders of a take that can be read, in the order of its parts; the given one is among them. One that is of another take,
 * or names other folders, is none: a manifest is a file that anybody can change, and must not lead to any other folder of
 * this machine.
 */
export async function foldersOfTake(folder: string, manifest: Manifest): Promise<FolderOfTake[]> {
  const own: FolderOfTake = { path: folder, manifest };
  const { folders = [] } = manifest;
  const read = folders.map(({ isThis, path }) => (isThis ? Promise.resolve(own) : readOther(path, own)));
  const found = (await Promise.all(read)).filter((one) => one !== null);
  return found.includes(own) ? found : [own, ...found];
}

async function readOther(path: string, own: FolderOfTake): Promise<FolderOfTake | null> {
  const manifest = await readAnswering(path).catch(() => null);
  if (manifest === null) return null;
  // That of a disk which failed could not be told of the others any more.
  const namesOwn = manifest.folders?.some((other) => other.path === resolve(own.path)) ?? true;
  const isOfTake =
    namesOwn && manifest.startedAt === own.manifest.startedAt && manifest.room === own.manifest.room;
  return isOfTake ? { path, manifest } : null;
}

/** The disk of another folder may be the one that failed: it is asked whether it answers before this process reads it. */
async function readAnswering(path: string): Promise<Manifest> {
  await FolderAnswers.of(dirname(path)).expect();
  return readManifest(path);
}
