import { expect, it } from 'vitest';
import type { PublicationInfo } from '../../../src-main/livekit/publication-info.js';
import { explainStep } from '../../../src-main/take/budget-steps.js';
import { previewLines } from '../../../src-main/take/preview-budget.js';
import type { FileShape } from '../../../src-main/take/stream-shape.js';
import { TakeBudget } from '../../../src-main/take/take-budget.js';
import { type BudgetLine, computeBudget } from '../../../src-main/telemetry/budget.js';

const frame = { width: 1280, height: 720, fps: 30 };
const canvas = { width: 1280, height: 720 };

function file(identity: string, who: string, change: Partial<FileShape> = {}): FileShape {
  return { key: `participant 1 ${identity}`, file: `${identity}.mp4`, who, frame, canvas, ...change };
}

const open = [file('ada', 'Ada Lovelace')];

interface Told {
  readonly name: string;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** An idle program's, in which nothing was recorded yet. */
const idleBytes = 129e6;

function budgetOf(
  files: { current: readonly FileShape[] },
  told: Told[] = [],
  rssBytes = idleBytes,
): TakeBudget {
  const report = {
    info: (name: string, message: string, _identity?: string | null, details: Told['details'] = {}) => {
      told.push({ name, message, details });
    },
  };
  return new TakeBudget({ write: () => true }, { nowMs: () => 0 }, report, rssBytes, () => ({
    open: files.current,
  }));
}

it('keeps the room of the files that were recorded while they are finalized, and makes some for their packets', () => {
  const files: { current: readonly FileShape[] } = { current: open };
  const budget = budgetOf(files);
  budget.update();
  const recordingBytes = budget.current.totalBytes;
  files.current = [];
  budget.finalize([1_000_000, 2_000_000]);
  expect(budget.current.totalBytes).toBe(recordingBytes + 56 * 3_000_000);
  expect(budget.largestBytes).toBe(budget.current.totalBytes);
});

it('gives the room of a file back that has closed, and remembers the largest', () => {
  const files: { current: readonly FileShape[] } = { current: [...open, ...open] };
  const budget = budgetOf(files);
  budget.update();
  const both = budget.current.totalBytes;
  files.current = open;
  budget.update();
  expect(budget.current.totalBytes).toBeLessThan(both);
  expect(budget.largestBytes).toBe(both);
});

const people = ['ada', 'ben', 'eve'].map((name) => file(name, name));
const microphone = file('mic', 'mic', { frame: null, canvas: null });

it('never falls below what files that have closed have left in memory, and follows it down', async () => {
  const told: Told[] = [];
  const files: { current: readonly FileShape[] } = { current: [...people, microphone] };
  const budget = budgetOf(files, told);
  budget.update();
  const all = budget.current.totalBytes;
  await Promise.resolve();
  budget.settle(400e6);
  files.current = [microphone];
  budget.update();
  await Promise.resolve();
  expect(budget.current.totalBytes).toBeGreaterThan(400e6);
  expect(budget.current.totalBytes).toBeLessThan(all);
  expect(told.at(-1)?.message).toContain('have closed; what closed files had is not given back yet');
  // Three cameras of 720p30 had left so much 3 s after they had gone.
  budget.settle(230e6);
  await Promise.resolve();
  expect(budget.current.totalBytes).toBeGreaterThan(240e6);
  expect(budget.current.totalBytes).toBeLessThan(300e6);
  expect(told.at(-1)?.message).toMatch(/ less: memory of closed files has been given back$/);
  // What has been given back is not theirs any more: whatever grows now is a leak.
  const { totalBytes } = budget.current;
  budget.settle(500e6);
  budget.update();
  expect(budget.current.totalBytes).toBe(totalBytes);
});

it('has room for what an earlier take has left in the process, and for no growth after it', () => {
  // A microphone alone behind three cameras: 229 MB, of a budget of 200 MB.
  const budget = budgetOf({ current: [microphone] }, [], 229e6);
  budget.update();
  expect(budget.current.totalBytes).toBeGreaterThan(1.1 * 229e6);
  const { totalBytes } = budget.current;
  budget.settle(500e6);
  budget.update();
  expect(budget.current.totalBytes).toBe(totalBytes);
  // It is given back in the middle of the take.
  budget.settle(140e6);
  const fresh = budgetOf({ current: [microphone] });
  fresh.update();
  expect(budget.current.totalBytes).toBe(fresh.current.totalBytes);
});

it('lets new files use what others have left: it never has room for more than once at most', () => {
  const files: { current: readonly FileShape[] } = { current: people };
  const budget = budgetOf(files);
  budget.update();
  const all = budget.current.totalBytes;
  for (let visit = 0; visit < 40; visit += 1) {
    files.current = [microphone];
    budget.update();
    files.current = people;
    // Each visit leaves 20 MB behind.
    budget.settle(300e6 + visit * 20e6);
    budget.update();
    expect(budget.current.totalBytes).toBe(all);
  }
});

it('tells what begins at once as one step, with each term', async () => {
  const told: Told[] = [];
  const files: { current: readonly FileShape[] } = { current: [] };
  const budget = budgetOf(files, told);
  files.current = [file('ada', 'Ada Lovelace', { frame: null })];
  budget.update();
  files.current = [file('ada', 'Ada Lovelace'), file('ben', 'Ben')];
  budget.update();
  await Promise.resolve();
  expect(told).toHaveLength(1);
  expect(told[0]?.message).toMatch(
    /^Memory budget [\d.]+ MB, [\d.]+ MB more: ada\.mp4 \(Ada Lovelace\) and ben\.mp4 \(Ben\) were opened$/,
  );
  const { lines, totalBytes } = budget.current;
  expect(told[0]?.details).toMatchObject({ totalBytes: Math.round(totalBytes), label: '+ 2 files' });
  for (const { buffer, bytes } of lines) expect(told[0]?.details[buffer]).toBe(Math.round(bytes));
});

it('tells a step once, and nothing of a change that nobody would see', async () => {
  const told: Told[] = [];
  const files: { current: readonly FileShape[] } = { current: open };
  const budget = budgetOf(files, told);
  budget.update();
  await Promise.resolve();
  budget.update();
  await Promise.resolve();
  expect(told).toHaveLength(1);
});

it.each([
  ['closed', [...open, file('ben', 'Ben')], open, 'ben.mp4 (Ben) has closed', '− Ben'],
  ['video', [file('ada', 'Ada', { frame: null })], [file('ada', 'Ada')], 'ada.mp4 (Ada) has video now', ''],
  [
    'size',
    open,
    [file('ada', 'Ada Lovelace', { frame: { width: 1920, height: 1080, fps: 30 } })],
    'ada.mp4 (Ada Lovelace) has frames of another size',
    '',
  ],
  ['part', open, [...open, ...open], 'ada.mp4 (Ada Lovelace) has a second encoder, for its next part', ''],
  ['part is over', [...open, ...open], open, 'ada.mp4 (Ada Lovelace) has one encoder again', ''],
  [
    'two of one',
    [],
    [...open, file('ada', 'Ada Lovelace', { key: 'screenShare 1 ada', file: 'ada-screen.mp4' })],
    'ada.mp4 (Ada Lovelace) and ada-screen.mp4 (Ada Lovelace) were opened',
    '+ Ada Lovelace',
  ],
  [
    'many',
    [],
    ['a', 'b', 'c', 'd', 'e'].map((name) => file(name, name.toUpperCase())),
    'a.mp4 (A), b.mp4 (B), c.mp4 (C) and 2 more were opened',
    '+ 5 files',
  ],
  [
    'one goes, one comes',
    [file('ada', 'Ada')],
    [file('ben', 'Ben'), file('eve', 'Eve')],
    'ada.mp4 (Ada) has closed',
    '',
  ],
])('says why: %s', (_case, before, after, cause, label) => {
  const step = explainStep(
    { budget: computeBudget(before, 0), open: before },
    { budget: computeBudget(after, 0), open: after },
  );
  expect(step?.message).toContain(cause);
  expect(step?.label).toBe(label);
});

it('names what no file explains', () => {
  const step = (bytes: number): string | undefined =>
    explainStep({ budget: computeBudget(open, 0), open }, { budget: computeBudget(open, bytes), open })
      ?.message;
  expect(step(900_000)).toContain('900 kB more: the SDK keeps memory of a connection that was replaced');
  const closed = explainStep(
    { budget: computeBudget(open, 0), open },
    { budget: computeBudget(open, 0, {}, { beforeBytes: 0, closedBytes: 8e6 }), open },
  );
  expect(closed?.message).toContain('8.00 MB more: what closed files had is not given back yet');
  const finalized = explainStep(
    { budget: computeBudget(open, 0), open },
    { budget: computeBudget(open, 0, { finalized: [100_000], checked: [100_000] }), open },
  );
  expect(finalized?.message).toContain('the files are being finalized; an earlier take is being checked');
});

it('never says of a budget that is less why something is more, and nothing else', () => {
  const of = (lines: readonly BudgetLine[]) => {
    const totalBytes = lines.reduce((sum, { bytes }) => sum + bytes, 0);
    return { budget: { ...computeBudget([], 0), lines, totalBytes }, open: [] };
  };
  const process = { buffer: 'copy: process of its own (Node)', bytes: 112e6 } as const;
  const disk = { buffer: 'copy: files that wait for the disk', bytes: 134e6 } as const;
  const checked = { buffer: 'packets of takes that are checked', bytes: 29e6 } as const;
  expect(explainStep(of([process]), of([checked]))?.message).toContain(
    'less: an earlier take is being checked; the process that received the room has ended',
  );
  expect(explainStep(of([disk]), of([checked]))?.message).toContain(
    'less: copy: files that wait for the disk, 134 MB less; an earlier take is being checked',
  );
});

it('has room for what is decoded beside a copied take to be seen, and for nothing where nobody looks', () => {
  const track = (kind: 'audio' | 'video', declaredSize: PublicationInfo['declaredSize']) =>
    ({ kind, declaredSize }) as PublicationInfo;
  const bytesOf = (...tracks: PublicationInfo[]): number =>
    previewLines(() => tracks).reduce((sum, { bytes }) => sum + bytes, 0);
  expect(previewLines(undefined)).toEqual([]);
  expect(previewLines(() => [])).toEqual([]);
  const small = bytesOf(track('video', { width: 640, height: 360 }));
  // A frame of it is 346 kB; a decoder and the native queue hold some each.
  expect(small).toBeGreaterThan(10 * 346e3);
  expect(bytesOf(track('video', null))).toBe(4 * small);
  expect(bytesOf(track('audio', null))).toBeLessThan(1e6);
  const [line] = previewLines(() => [track('video', null)]);
  const of = (lines: readonly BudgetLine[], totalBytes: number) => ({
    budget: { ...computeBudget([], 0), lines, totalBytes },
    open: [],
  });
  const step = explainStep(of([], 0), of(line === undefined ? [] : [line], line?.bytes ?? 0));
  expect(step?.message).toContain('more: the console decodes more previews');
});
