import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { ManifestFile } from '../../../src-main/contract/manifest.js';
import { MatroskaFile } from '../../../src-main/copy/file/matroska-file.js';
import { makeUsable } from '../../../src-main/finalize/finalize-take.js';
import { TakeParts, type TakePartsOptions } from '../../../src-main/take/take-parts.js';
import { EventLog } from '../../../src-main/telemetry/event-log.js';
import { EventReporter } from '../../../src-main/telemetry/event-reporter.js';
import { fileState } from '../../fixtures/copy-states.js';

/** Parts of a take whose files are a size that a test sets, growing evenly. */
class Parts {
  readonly cutsMs: number[] = [];
  bytesPerMs = 0;
  nowMs = 0;
  readonly parts: TakeParts;

  constructor(limits: { splitEveryMs?: number; splitBytes?: number }) {
    const take = { ...limits, report: new EventReporter(new EventLog(10), () => null) };
    this.parts = new TakeParts({
      files: {
        cut: (atMs: number | null) => {
          this.cutsMs.push(atMs ?? this.nowMs + 1_000);
          return { number: this.cutsMs.length + 1, atMs: this.cutsMs.at(-1) ?? 0 };
        },
        entries: () => [],
        isSettled: () => false,
        largestPart: () => this.bytesPerMs * (this.nowMs - (this.cutsMs.at(-1) ?? 0)),
      },
      take: take as unknown as TakePartsOptions['take'],
      moments: {} as unknown as TakePartsOptions['moments'],
      places: {} as unknown as TakePartsOptions['places'],
      onChanged: () => Promise.resolve(),
    });
  }

  until(ms: number): void {
    for (; this.nowMs < ms; this.nowMs += 200) this.parts.tick(this.nowMs);
  }
}

it('splits a take after each so much of it, to the millisecond', () => {
  const test = new Parts({ splitEveryMs: 60_000 });
  test.until(200_000);
  expect(test.cutsMs).toEqual([60_000, 120_000, 180_000]);
});

it('counts from the last cut, whoever asked for it', () => {
  const test = new Parts({ splitEveryMs: 60_000 });
  test.until(30_000);
  test.parts.split();
  test.until(100_000);
  expect(test.cutsMs).toEqual([31_000, 91_000]);
});

it('splits before a file is larger than it may be', () => {
  const splitBytes = 100_000_000;
  const test = new Parts({ splitBytes });
  test.bytesPerMs = 1_000;
  test.until(250_000);
  expect(test.cutsMs).toHaveLength(2);
  for (const [index, atMs] of test.cutsMs.entries()) {
    const bytes = (atMs - (test.cutsMs[index - 1] ?? 0)) * test.bytesPerMs;
    expect(bytes).toBeLessThanOrEqual(splitBytes);
    expect(bytes).toBeGreaterThan(0.95 * splitBytes);
  }
});

it('is not split by itself where nobody asked for it', () => {
  const test = new Parts({});
  test.bytesPerMs = 100_000;
  test.until(100_000);
  expect(test.cutsMs).toEqual([]);
});

it('does not say of every file that it plays, where nothing can be read of one of an earlier part', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'plateau-parts-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const entries = await Promise.all(
    [0, 40].map(async (packets, index) => {
      const [number, file] = [index + 1, `ada${index + 1}.mkv`];
      const media = await MatroskaFile.create(join(folder, file));
      for (let at = 0; at < packets; at += 1)
        media.write('audio', at * 20, true, Buffer.from([0xf8, 1, 2]), 20);
      await media.finish();
      const segments = [{ file, startMs: 0, endMs: 800, packets: null }];
      const part = { number, startMs: 0, endMs: number === 1 ? 800 : null };
      return { ...fileState(file).entry, canvas: null, part, segments };
    }),
  );
  const log = new EventLog(20);
  const place = { folder: { path: folder }, filler: {} };
  const told: unknown[] = [];
  const parts = new TakeParts({
    files: {
      cut: () => ({ number: 2, atMs: 800 }),
      entries: () => entries,
      isSettled: () => true,
      largestPart: () => 0,
      partFinished: (part: number, [first]: readonly ManifestFile[]) => told.push([part, first?.state]),
    },
    take: { ffmpegPath: 'none', furtherAudio: 'file', report: new EventReporter(log, () => null) },
    moments: { entries: { markers: [] } },
    places: { of: () => place, grouped: (open: ManifestFile[]) => [{ place, entries: open }] },
    onChanged: () => Promise.resolve(),
  } as unknown as TakePartsOptions);
  parts.split();
  parts.tick(1_000);
  await expect.poll(() => parts.open().length).toBe(1);
  // What becomes of a part is known to those who have filled it.
  expect(told).toEqual([[1, 'fragmented']]);
  await parts.stop();
  const [group] = parts.openGroups();
  if (group === undefined) throw new Error('The last part is open.');
  await makeUsable({ ...group, onProgress: () => undefined });
  const said = log.entries.filter(({ name }) => /Usable$/.test(name));
  expect(said.map(({ message, name }) => `${name} ${message}`)).toEqual([
    'filesUsable Part 2 plays and can be copied. Now its content is checked.',
  ]);
});
