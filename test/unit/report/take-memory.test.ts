import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { takeMemorySchema } from '../../../src-main/contract/history.js';
import { readTakeMemory } from '../../../src-main/report/take-memory.js';
import { budgetEvents, snapshotAt } from '../../renderer/fake-numbers.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-memory-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function write(lines: readonly unknown[]): Promise<void> {
  await writeFile(
    join(folder, 'telemetry.ndjson'),
    lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'),
  );
}

const event = (takeMs: number | null, name: string): object => ({
  schema: 'plateau.event/1',
  ...{
    at: new Date(0).toISOString(),
    takeMs,
    level: 'info',
    name,
    message: name,
    identity: null,
    details: {},
  },
});

it('reads a take’s memory, the steps of its budget and its marks, on its own clock', async () => {
  const snapshots = Array.from({ length: 99 }, (_, place) => snapshotAt((place + 1) * 1000, 0, 'calm'));
  const steps = budgetEvents(0, 1e9).map((told) => ({ schema: 'plateau.event/1', ...told }));
  await write([
    ...snapshots.slice(0, 50),
    ...steps,
    event(12_000, 'marker'),
    event(null, 'participantJoined'),
    'not a line of ours',
    ...snapshots.slice(80),
  ]);
  const { marks, rows, steps: read } = takeMemorySchema.parse(await readTakeMemory([folder]));
  expect(rows[0]?.atMs).toBe(1_500);
  expect(rows[6]).toMatchObject({
    rssBytes: snapshots[6]?.memory.rssBytes,
    heapBytes: snapshots[6]?.memory.heapTotalBytes,
    nativeBytes: snapshots[6]?.memory.nativeBytes,
    budgetBytes: 394e6,
  });
  expect(rows[rows.length - 1]).toMatchObject({ atMs: 99_500, budgetBytes: 460e6 });
  // Half a minute without a line is no line between two points.
  expect(rows.filter(({ rssBytes }) => rssBytes === null)).toHaveLength(1);
  expect(rows).toHaveLength(70);
  expect(read.map(({ details, takeMs }) => [takeMs, details['label']])).toEqual([
    [0, '+ 3 files'],
    [80_000, '+ eve'],
  ]);
  expect(marks).toEqual([{ takeMs: 12_000, name: 'marker', level: 'info', message: 'marker' }]);
});

it('has eight hours of it in a bounded number of rows, steps and marks', async () => {
  const snapshots = Array.from({ length: 960 }, (_, place) => snapshotAt(place * 30_000, 0, 'calm'));
  const told = budgetEvents(0, 1e9)[0];
  const steps = Array.from({ length: 300 }, () => ({ schema: 'plateau.event/1', ...told }));
  await write([...snapshots, ...steps, ...Array.from({ length: 900 }, () => event(5, 'trackMuted'))]);
  const memory = await readTakeMemory([folder]);
  expect(memory.rows.length).toBeLessThanOrEqual(600);
  expect(memory.steps).toHaveLength(200);
  expect(memory.marks).toHaveLength(400);
});

it('goes on in the take’s other folder, and has nothing to say of one without telemetry', async () => {
  await write([snapshotAt(1_000, 0, 'calm')]);
  expect((await readTakeMemory([join(folder, 'gone'), folder])).rows).toHaveLength(1);
  expect(await readTakeMemory([join(folder, 'gone')])).toEqual({ rows: [], steps: [], marks: [] });
});
