import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { TakeLockContent } from '../../../src-main/contract/take-lock.js';
import { lastMoments } from '../../../src-main/recovery/crash-moment.js';
import { snapshotAt } from '../../renderer/fake-numbers.js';

const startMs = Date.UTC(2026, 10, 27, 9);
const lock = { work: 'recording', beatTakeMs: 8_882 } as TakeLockContent;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-crash-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function lastLine(takeMs: number, isPaused: boolean): Promise<void> {
  const snapshot = { ...snapshotAt(startMs + takeMs, startMs, 'calm'), isPaused };
  await writeFile(join(folder, 'telemetry.ndjson'), `${JSON.stringify(snapshot)}\n`);
}

it('was gone when the next sign of life was missing', async () => {
  await lastLine(8_800, false);
  const { aliveMs, goneMs } = await lastMoments(folder, lock);
  expect(aliveMs).toBe(8_882);
  expect(goneMs).toBeGreaterThan(8_882);
  expect(goneMs).toBeLessThanOrEqual(10_050);
});

it('lacks nothing behind a pause that was not over, however long that had lasted', async () => {
  await lastLine(8_882, true);
  expect(await lastMoments(folder, lock, 8_882)).toMatchObject({ aliveMs: 8_882, goneMs: 8_882 });
  // Without a line of telemetry the manifest alone knows of it.
  await rm(join(folder, 'telemetry.ndjson'));
  expect(await lastMoments(folder, lock, 8_882)).toMatchObject({ aliveMs: 8_882, goneMs: 8_882 });
});

it('had gone on when its telemetry says so, although the manifest was not written again', async () => {
  await lastLine(9_400, false);
  const { goneMs } = await lastMoments(folder, lock, 8_882);
  expect(goneMs).toBeGreaterThan(9_400);
});

it('lived on as long as the process that fills its files says, although it was blocked itself', async () => {
  await lastLine(8_800, false);
  const { aliveMs, goneMs } = await lastMoments(folder, lock, null, 30_000);
  expect(aliveMs).toBe(30_000);
  // Lock and telemetry were only late: the next word of that process is the one that is missing.
  expect(goneMs).toBeGreaterThan(31_500);
  expect(goneMs).toBeLessThan(33_000);
});

it('had as much time as the sign that comes most often leaves it', async () => {
  await lastLine(8_800, false);
  const { goneMs } = await lastMoments(folder, lock, null, 8_000);
  expect(goneMs).toBe((await lastMoments(folder, lock)).goneMs);
});
