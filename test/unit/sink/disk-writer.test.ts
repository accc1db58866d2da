import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { PlateauError } from '../../../src-main/contract/errors.js';
import { DiskWriter, type DiskWriterLimits } from '../../../src-main/sink/disk-writer.js';
import { DiskLanes } from '../../../src-main/storage/disk-lanes.js';
import { RecordedFile } from '../../../src-main/storage/recorded-file.js';

let folder: string;
let failures: PlateauError[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-disk-'));
  failures = [];
});

afterEach(async () => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

async function open(name: string, limits: Partial<DiskWriterLimits> = {}) {
  const source = new PassThrough();
  const writer = await DiskWriter.create(
    join(folder, name),
    { capBytes: 1_000_000, patienceMs: 10_000, ...limits },
    (error) => failures.push(error),
  );
  writer.read(source);
  return { source, writer, content: () => readFile(join(folder, name), 'utf8') };
}

/** Waits turn by turn: `vi.waitUntil` would let the timers pass that are not to be waited for. */
async function until(isSo: () => boolean): Promise<void> {
  const giveUpAt = performance.now() + 15_000;
  while (!isSo()) {
    if (performance.now() > giveUpAt) throw new Error('It has not come about.');
    await new Promise(setImmediate);
  }
}

/** A call of the disk that does not come back before it is told to. */
function held(): { letGo: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  const letGo = new Promise<void>((done) => {
    resolve = done;
  });
  return { letGo, resolve };
}

it('writes what comes without waiting for more of it, or for a timer', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'setTimeout'] });
  const { content, source, writer } = await open('ada.mp4');
  for (const part of ['one', 'two', 'three']) {
    const before = writer.writtenBytes;
    source.write(part);
    await until(() => writer.writtenBytes === before + part.length);
  }
  expect(await content()).toBe('onetwothree');
  vi.useRealTimers();
  source.end();
  await writer.finish();
});

it('writes what came during a write right after it', async () => {
  const { content, source, writer } = await open('ada.mp4');
  const append = Reflect.get<RecordedFile, 'append'>(RecordedFile.prototype, 'append');
  const { letGo, resolve } = held();
  const appends = vi.spyOn(RecordedFile.prototype, 'append').mockImplementationOnce(async function (
    this: RecordedFile,
    blocks,
  ) {
    await letGo;
    return append.call(this, blocks);
  });
  source.write('first');
  await until(() => appends.mock.calls.length === 1);
  source.write('later');
  await until(() => writer.queuedBytes === 10);
  expect(await content()).toBe('');
  resolve();
  await until(() => writer.writtenBytes === 10);
  expect(await content()).toBe('firstlater');
  source.end();
  await writer.finish();
});

it('makes each second what is new survive a power cut, one file after the other', async () => {
  const lanes = new DiskLanes();
  const { letGo, resolve } = held();
  const syncs = vi.spyOn(RecordedFile.prototype, 'syncData').mockResolvedValue().mockReturnValueOnce(letGo);
  vi.useFakeTimers({ toFake: ['setInterval'] });
  const files = await Promise.all(
    ['ada.mp4', 'ben.mp4'].map((name) => open(name, { syncEveryMs: 1000, lanes })),
  );
  for (const { source } of files) source.write('something');
  await until(() => files.every(({ writer }) => writer.writtenBytes > 0));
  // The first disk call does not come back: nobody asks again, nor does another file.
  vi.advanceTimersByTime(1000);
  vi.advanceTimersByTime(1000);
  await until(() => syncs.mock.calls.length > 0);
  await new Promise(setImmediate);
  expect(syncs).toHaveBeenCalledTimes(1);
  // They are still written: a stalled sync must not hold up the recording.
  for (const { source } of files) source.write('more');
  await until(() => files.every(({ writer }) => writer.writtenBytes === 13));

  resolve();
  await until(() => syncs.mock.calls.length === 2);
  await new Promise(setImmediate);
  vi.advanceTimersByTime(1000);
  await until(() => syncs.mock.calls.length === 4);
  await new Promise(setImmediate);
  // Nothing new has come: nothing is asked.
  vi.advanceTimersByTime(1000);
  await new Promise(setImmediate);
  expect(syncs).toHaveBeenCalledTimes(4);
  vi.useRealTimers();
  for (const { source, writer } of files) {
    source.end();
    await writer.finish();
  }
  expect(failures).toEqual([]);
});

it('tells of a disk that cannot keep what it took', async () => {
  const error = Object.assign(new Error('input/output error'), { code: 'EIO' });
  vi.spyOn(RecordedFile.prototype, 'syncData').mockRejectedValue(error);
  const { source, writer } = await open('ada.mp4', { syncEveryMs: 5 });
  source.write('something');
  await until(() => failures.length > 0);
  expect(failures[0]?.code).toBe('outputUnwritable');
  source.end();
  await expect(writer.finish()).rejects.toMatchObject({ code: 'outputUnwritable' });
});

it('keeps what comes while the disk has not made the file, and asks it for nothing else', async () => {
  const { letGo, resolve } = held();
  const lanes = new DiskLanes();
  const create = Reflect.get<typeof RecordedFile, 'create'>(RecordedFile, 'create');
  vi.spyOn(RecordedFile, 'create').mockImplementation(async (...args) => {
    await letGo;
    return create.apply(RecordedFile, args);
  });
  const checks = vi.spyOn(lanes.checks, 'run');
  const { content, source, writer } = await open('ada.mp4', { lanes, syncEveryMs: 5 });
  source.write('something');
  await until(() => writer.queuedBytes === 9);
  resolve();
  await until(() => writer.writtenBytes === 9);
  source.end('more');
  await writer.finish();
  expect(await content()).toBe('somethingmore');
  expect(failures).toEqual([]);
  expect(checks.mock.calls.length).toBeGreaterThan(0);
});

it('tells when the disk refuses the file that it did not make in time', async () => {
  const { letGo, resolve } = held();
  vi.spyOn(RecordedFile, 'create').mockImplementation(async () => {
    await letGo;
    throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
  });
  const { source, writer } = await open('ada.mp4');
  source.write('something');
  await until(() => writer.queuedBytes === 9);
  expect(failures).toEqual([]);
  resolve();
  await until(() => failures.length > 0);
  source.end();
  await expect(writer.finish()).rejects.toMatchObject({ code: 'diskFull' });
});

it('gives up a file that its disk never makes, and closes it should it come', async () => {
  const { letGo, resolve } = held();
  const create = Reflect.get<typeof RecordedFile, 'create'>(RecordedFile, 'create');
  vi.spyOn(RecordedFile, 'create').mockImplementation(async (...args) => {
    await letGo;
    return create.apply(RecordedFile, args);
  });
  const closes = vi.spyOn(RecordedFile.prototype, 'close');
  const { source, writer } = await open('ada.mp4', { patienceMs: 20 });
  source.end();
  await expect(writer.finish()).rejects.toMatchObject({
    ...{ code: 'outputUnwritable', message: 'The disk of the output folder does not answer.' },
  });
  expect(closes).not.toHaveBeenCalled();
  resolve();
  await until(() => closes.mock.calls.length === 1);
  await closes.mock.results[0]?.value;
});
