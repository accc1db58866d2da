import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { copiedFilesIn, Fed } from '../../../fixtures/copied-files.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-other-codec-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const h264 = (sid: string): Fed => new Fed(sid, 'camera', 'ada', {}, 'h264');

describe('a camera of another codec than that of the file whose place is free', () => {
  it.each([
    ['whose end is heard of later', 100],
    ['that has ended', 0],
  ])('goes on in a file of its own, behind one %s, and nothing of it is lost', async (_, endsLaterMs) => {
    const { add, clock, files } = copiedFilesIn(folder);
    const vp8 = await add(new Fed('TR_vp8', 'camera'));
    const fromMs = performance.now() - clock.nowMs();
    for (let ms = 0; ms < 1_000; ms += 40) vp8.send(ms === 0, fromMs + ms);
    if (endsLaterMs === 0) vp8.end();
    const other = await add(h264('TR_h264'), 1_000);
    for (let ms = 1_000; ms < 2_000; ms += 40) {
      if (ms === 1_000 + endsLaterMs - (endsLaterMs % 40)) vp8.end();
      other.send(ms === 1_000, fromMs + ms);
    }
    await files.finish(2_000);
    expect(
      files.entries().map(({ file, gaps, video, videoCodec }) => [file, videoCodec, video.written, gaps]),
    ).toEqual([
      ['ada.mkv', 'vp8', 25, []],
      ['ada-camera-2.mkv', 'h264', 25, []],
    ]);
  });

  it('has the place of one that sent nothing', async () => {
    const { add, clock, files } = copiedFilesIn(folder);
    const vp8 = await add(new Fed('TR_vp8', 'camera'));
    vp8.end();
    const other = await add(h264('TR_h264'), 100);
    const fromMs = performance.now() - clock.nowMs();
    for (let ms = 100; ms < 1_000; ms += 40) other.send(ms === 100, fromMs + ms);
    await files.finish(1_000);
    expect(files.entries().map(({ file, videoCodec }) => [file, videoCodec])).toEqual([['ada.mkv', 'h264']]);
  });
});
