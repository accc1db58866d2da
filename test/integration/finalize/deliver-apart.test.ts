import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, it, vi } from 'vitest';
import type { DeliverProgress } from '#engine/deliver/deliver-folder.js';
import { deliverApart } from '#engine/deliver/process/deliver-apart.js';
import { writeCopiedTake } from '../../fixtures/copied-marks.js';

// What it tests runs behind everything else, other tests included.
vi.setConfig({ testTimeout: 600_000 });

const settings = { fps: 30, size: 'source' } as const;
const root = await mkdtemp(join(tmpdir(), 'plateau-apart-'));
let takes = 0;
let folder = '';

beforeEach(async () => {
  takes += 1;
  folder = join(root, `studio-${takes}`);
  await writeCopiedTake(folder);
});
afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

/** Processes whose working folder is the take's, or below: how nice they and their sessions are. */
async function workers(): Promise<{ nice: number; group: string | undefined }[]> {
  const found: { nice: number; group: string | undefined }[] = [];
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    try {
      const args = await readFile(`/proc/${pid}/cmdline`, 'utf8');
      if (!args.includes(folder) || !args.includes('ffmpeg')) continue;
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
      const group = await readFile(`/proc/${pid}/autogroup`, 'utf8').catch(() => undefined);
      found.push({ nice: Number(stat.split(') ')[1]?.split(' ')[16]), group: group?.trim() });
    } catch {
      // It has ended meanwhile.
    }
  }
  return found;
}

it('makes the files in a process of its own, and tells how far it is', async () => {
  const told: DeliverProgress[] = [];
  const heard: string[] = [];
  const {
    files,
    folder: madeIn,
    takeName,
  } = await deliverApart(folder, {
    settings,
    onProgress: (progress) => told.push(progress),
    onFile: ({ file, outcome }) => heard.push(`${file} ${outcome}`),
  });
  expect({ madeIn, takeName }).toEqual({ madeIn: folder, takeName: `studio-${takes}` });
  expect(heard).toEqual(['ada.mp4 made', 'ada-2.m4a made']);
  expect(files[0]?.deliverable).toMatchObject({ canvas: { width: 320, height: 180 }, settings });
  expect([...new Set(told.map(({ step }) => step))]).toEqual(['reading', 'encoding', 'joining', 'proving']);
  expect(told.at(-1)?.fraction).toBe(1);
  // Thousands of lines of ffmpeg's are not as many messages.
  expect(told.length).toBeLessThan(1_100);
});

it('throws what the take itself is refused for', async () => {
  await rm(join(folder, 'manifest.json'));
  await expect(deliverApart(folder, { settings })).rejects.toMatchObject({ code: 'takeNotFound' });
});

it.skipIf(!existsSync('/proc/self/autogroup'))(
  'runs behind everything else, ends when it is told to, and goes on with the next',
  async () => {
    const end = new AbortController();
    const seen: string[] = [];
    const finished: string[] = [];
    const run = deliverApart(folder, {
      ...{ settings, signal: end.signal },
      onFile: ({ file }) => finished.push(file),
      onProgress: () => {
        void workers().then((found) => {
          if (found.length === 0 || end.signal.aborted) return;
          seen.push(...found.map(({ group, nice }) => `${nice} ${group?.replace(/.*nice /, '') ?? ''}`));
          end.abort();
        });
      },
    });
    await expect(run).rejects.toThrow('was ended before all of them were finished');
    expect(new Set(seen)).toEqual(new Set(['19 19']));
    expect(await workers()).toEqual([]);
    const { files } = await deliverApart(folder, { settings });
    // A worker is seen when /proc was read while there was one: the first file may be finished by then.
    expect(files.map(({ file, outcome }) => `${file} ${outcome}`)).toEqual(
      ['ada.mp4', 'ada-2.m4a'].map((file) => `${file} ${finished.includes(file) ? 'kept' : 'made'}`),
    );
  },
);
