import { access, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type Profile, profiles } from '#engine/contract/profile.js';
import type { FinishedTake } from '../../fixtures/recording-harness.js';
import { shareHarness } from '../../fixtures/shared-harness.js';
import { SharedTake, timedTest } from '../../fixtures/timed-test.js';

const size = { width: 640, height: 360 };
const camera = { ...size, fps: 30 };
const profile: Profile = { ...profiles['720p30'], canvas: size };

interface Deleted {
  readonly take: FinishedTake;
  readonly noticedAfterMs: number;
  readonly overload: string | null;
}

const harness = shareHarness();

const shared = new SharedTake(async (): Promise<Deleted> => {
  let noticedAfterMs = NaN;
  const take = await harness.record({
    profile,
    participants: [
      { identity: 'ada', camera },
      { identity: 'ben', camera },
    ],
    during: async ({ event, folder, recorder, until }) => {
      await until(3);
      const deleted = `${folder}-deleted`;
      const deletedAtMs = performance.now();
      // At once, as a file manager does: file by file a file would be there again before the folder is empty.
      await rename(folder, deleted);
      await rm(deleted, { recursive: true });
      await event('fileGone');
      noticedAfterMs = performance.now() - deletedAtMs;
      await event('fileRestored');
      await until(6);
      const restored = new Promise<void>((resolve) => {
        recorder.on('event', ({ name, identity }) => {
          if (name === 'fileRestored' && identity === 'ada') resolve();
        });
      });
      await rm(join(folder, 'ada.mp4'));
      await restored;
      await until(9);
    },
  });
  return { take, noticedAfterMs, overload: take.overload };
});

timedTest(
  'notices within a second that files of a take are deleted, and says it once for each',
  shared,
  (deleted) => {
    const { noticedAfterMs, take } = deleted;
    expect(noticedAfterMs).toBeLessThan(1_000);
    const told = take.events.filter(({ name }) => name === 'fileGone');
    expect(told.map(({ identity }) => identity).sort()).toEqual(['ada', 'ada', 'ben']);
    expect(told[0]?.message).toMatch(/^\w+\.mp4 was deleted or moved while it is recorded\./);
  },
);

timedTest(
  'has everything that was written before and after, in files that are intact',
  shared,
  async ({ take }) => {
    for (const identity of ['ada', 'ben']) {
      const file = take.file(identity);
      expect(file).toMatchObject({ state: 'verified', stamps: { intact: { isEarned: true } } });
      const { beepOnsetsMs, durationMs, frames } = await take.content(identity, [size]);
      expect(durationMs).toBeGreaterThan(8_500);
      // Before the first deletion, between both, and after them; a beep each second.
      for (const [fromMs, toMs] of [
        [0, 3_000],
        [3_000, 6_000],
        [6_000, 9_000],
      ] as const) {
        const isWithin = (ms: number): boolean => ms >= fromMs && ms < toMs;
        expect(beepOnsetsMs.filter(isWithin), `beeps of ${identity} from ${fromMs} ms`).not.toEqual([]);
        const shown = new Set(frames.filter(({ ptsMs }) => isWithin(ptsMs)).map(({ counter }) => counter));
        expect(shown.size, `frames of ${identity} from ${fromMs} ms`).toBeGreaterThan(10);
      }
    }
  },
);

timedTest('has its manifest and its telemetry from the start', shared, async ({ take }) => {
  await access(join(take.folder, 'manifest.json'));
  const lines = (await readFile(join(take.folder, 'telemetry.ndjson'), 'utf8')).trim().split('\n');
  const takeMs = lines
    .map((line) => JSON.parse(line) as { schema: string; takeMs: number | null })
    .flatMap((line) => (line.schema === 'plateau.snapshot/1' ? (line.takeMs ?? []) : []));
  // A snapshot each second, which a busy machine may take late: none is missing.
  expect(takeMs[0]).toBeLessThan(2_000);
  expect(takeMs.at(-1)).toBeGreaterThan(8_000);
  const apartMs = takeMs.slice(1).map((ms, index) => ms - (takeMs[index] ?? 0));
  expect(Math.max(...apartMs)).toBeLessThan(1_900);
});
