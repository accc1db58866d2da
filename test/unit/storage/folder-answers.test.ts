import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { TakesLibrary } from '../../../src-main/console/takes-library.js';
import * as pathAnswers from '../../../src-main/process/path-answers.js';
import { FolderAnswers } from '../../../src-main/storage/folder-answers.js';
import { canMountDead, mountDead, type MountedFolder } from '../../fixtures/file-systems.js';

let root: string;
let dead: MountedFolder | null = null;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'plateau-answers-'));
});

afterEach(async () => {
  vi.restoreAllMocks();
  await dead?.unmount();
  dead = null;
  await rm(root, { recursive: true, force: true });
});

it.skipIf(!canMountDead)(
  'nothing of a library waits for a disk that does not answer, and no thread is held by it',
  async () => {
    dead = await mountDead(join(root, 'dead'));
    const library = new TakesLibrary(dead.path, () => null, new FolderAnswers(dead.path, 300));
    const answers = { code: 'outputUnwritable', message: 'The disk of the output folder does not answer.' };
    const asked = [
      library.list(),
      library.verify('take-1', () => undefined),
      library.delete('take-1', false),
      library.listTrash(),
      library.restore('1'),
      library.emptyTrash(null),
      library.describe('take-1', { title: '', note: '' }),
      library.recover('take-1'),
      library.report('take-1'),
      library.folderOf('take-1'),
    ];
    await Promise.all(asked.map((one) => expect(one).rejects.toMatchObject(answers)));
    expect(await library.filePath('take-1', 'ada.mp4')).toBeNull();
    // With four threads that wait for the disk nothing would be read any more, of whatever disk.
    expect(await readFile(new URL(import.meta.url), 'utf8')).toContain('no thread is held');
  },
);

it('of many who ask at once one asks the disk, and its answer holds for a moment', async () => {
  const asks = vi.spyOn(pathAnswers, 'answersInTime').mockResolvedValue(true);
  const answers = FolderAnswers.of(root);
  await Promise.all([answers.expect(), answers.expect(), FolderAnswers.of(root).expect()]);
  await answers.expect();
  expect(asks).toHaveBeenCalledTimes(1);
  vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 2_500);
  await answers.expect();
  expect(asks).toHaveBeenCalledTimes(2);
});
