import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { ManifestFile } from '../../../src-main/contract/manifest.js';
import { StillFinished } from '../../../src-main/finalize/still-finished.js';
import { EventLog } from '../../../src-main/telemetry/event-log.js';
import { EventReporter } from '../../../src-main/telemetry/event-reporter.js';
import { fileState } from '../../fixtures/copy-states.js';

const content = Buffer.alloc(4_000, 7);
const stamps = { intact: { isEarned: true, problem: null }, complete: { isEarned: true, problem: null } };

/** A file that was finished, then what somebody does to it, and what is said of it at the stop. */
async function afterwards(
  touch: (path: string) => Promise<unknown>,
  changes: Partial<ManifestFile> = {},
): Promise<{ entry: ManifestFile; told: string[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'plateau-finished-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'ada.mp4');
  await writeFile(path, content);
  const sha256 = createHash('sha256').update(content).digest('hex');
  const entry = {
    ...fileState('ada.mp4').entry,
    ...{ state: 'verified', sha256, stamps, sizeBytes: content.length },
    ...changes,
  } as unknown as ManifestFile;
  const log = new EventLog(5);
  const finished = new StillFinished();
  await finished.note(folder, [entry]);
  await touch(path);
  const judged = await finished.judge(folder, entry, new EventReporter(log, () => null));
  return { entry: judged, told: log.entries.map(({ level, message }) => `${level}: ${message}`) };
}

it.each<[string, (path: string) => Promise<unknown>]>([
  ['was deleted or moved', (path) => rm(path)],
  ['was deleted or moved', (path) => rename(path, `${path}.old`)],
  ['was changed', (path) => writeFile(path, Buffer.concat([content.subarray(1), Buffer.from([8])]))],
  ['was changed', (path) => writeFile(path, content.subarray(1))],
  ['was changed', (path) => writeFile(path, content).then(() => writeFile(path, '', { flag: 'w' }))],
  ['was changed', (path) => rm(path).then(() => mkdir(path))],
])('says of a finished file at the stop that it %s', async (what, touch) => {
  const { entry, told } = await afterwards(touch);
  const problem = `ada.mp4 ${what} after it had been finished, while the take went on.`;
  expect(entry).toMatchObject({
    state: 'damaged',
    problem,
    stamps: { intact: { isEarned: false, problem } },
  });
  expect(told).toEqual([`error: ${problem}`]);
});

it('has nothing to say of one that nobody touched, or that has the same content', async () => {
  for (const touch of [
    () => Promise.resolve(),
    (path: string) => utimes(path, 5, 5),
    (path: string) => rm(path).then(() => writeFile(path, content)),
  ]) {
    const { entry, told } = await afterwards(touch);
    expect([entry.state, told]).toEqual(['verified', []]);
  }
});

it('leaves alone what was not finished', async () => {
  const { entry, told } = await afterwards((path) => rm(path), { state: 'fragmented' });
  expect([entry.state, told]).toEqual(['fragmented', []]);
});
