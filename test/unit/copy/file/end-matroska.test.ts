import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { endMatroska } from '#engine/copy/file/end-matroska.js';
import { MatroskaFile } from '#engine/copy/file/matroska-file.js';
import { blocksOf } from '../../../fixtures/matroska-blocks.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-end-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Three seconds with a key frame each second; finished, and as it was while it grew. */
async function recorded(hasVideo = true): Promise<{ finished: Buffer; growing: Buffer }> {
  const path = join(folder, 'ada.mkv');
  const file = await MatroskaFile.create(path);
  if (hasVideo) file.setVideo({ codec: 'vp8', size: { width: 320, height: 180 }, config: null, rotation: 0 });
  for (let ms = 0; ms < 3_000; ms += 20) {
    if (hasVideo && ms % 40 === 0) file.write('video', ms, ms % 1_000 === 0, Buffer.alloc(900, ms % 251), 0);
    file.write('audio', ms, true, Buffer.alloc(60, ms % 241), 20);
  }
  file.flush();
  await expect.poll(() => file.queuedBytes).toBe(0);
  const growing = await readFile(path);
  await file.finish();
  return { finished: await readFile(path), growing };
}

describe('the end of a file that a recorder left', () => {
  it.each([true, false])('is what the recorder would have written (video: %s)', async (hasVideo) => {
    const { finished, growing } = await recorded(hasVideo);
    const path = join(folder, 'left.mkv');
    await writeFile(path, growing);
    await expect(endMatroska(path)).resolves.toEqual({ durationMs: 3_000, cutBytes: 0 });
    expect((await readFile(path)).equals(finished)).toBe(true);
  });

  it('comes behind the last whole cluster, wherever the file was cut', async () => {
    const { growing } = await recorded();
    const whole = blocksOf(growing);
    for (const length of [growing.length - 1, 40_000]) {
      const path = join(folder, `cut-${length}.mkv`);
      await writeFile(path, growing.subarray(0, length));
      const { cutBytes, durationMs } = await endMatroska(path);
      expect(cutBytes).toBeGreaterThan(0);
      const blocks = blocksOf(await readFile(path));
      const told = (some: typeof blocks): string => some.map((one) => `${one.track} ${one.ms}`).join();
      expect(told(blocks)).toBe(told(whole.slice(0, blocks.length)));
      // A cluster has a second, and no more than one is lost.
      const left = blocksOf(growing.subarray(0, length));
      expect((left.at(-1)?.ms ?? 0) - durationMs).toBeLessThanOrEqual(1_000);
      expect(durationMs).toBe(Math.max(0, ...blocks.map(({ ms, track }) => ms + (track === 1 ? 0 : 20))));
    }
  });

  it('is written once: a file that has it is left as it is', async () => {
    const { finished } = await recorded();
    const path = join(folder, 'ada.mkv');
    const { mtimeMs } = await stat(path);
    await expect(endMatroska(path)).resolves.toEqual({ durationMs: 3_000, cutBytes: 0 });
    expect((await readFile(path)).equals(finished)).toBe(true);
    expect((await stat(path)).mtimeMs).toBe(mtimeMs);
  });

  it('is given to no other file', async () => {
    const path = join(folder, 'other.mkv');
    await writeFile(path, Buffer.alloc(20_000, 1));
    await expect(endMatroska(path)).rejects.toThrow(RangeError);
    expect((await readFile(path)).equals(Buffer.alloc(20_000, 1))).toBe(true);
    await writeFile(path, '');
    await expect(endMatroska(path)).rejects.toThrow(RangeError);
  });
});
