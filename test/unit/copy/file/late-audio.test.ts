import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BlackFrames } from '#engine/copy/file/black-frames.js';
import { ParticipantFile } from '#engine/copy/file/participant-file.js';
import type { ParticipantFileOptions } from '#engine/copy/file/participant-file-options.js';
import { copyTrack, PacketFeed } from '../../../fixtures/copy-packets.js';
import { blocksOf } from '../../../fixtures/matroska-blocks.js';

const originMs = 50_000;
const tone = Buffer.from([0xf8, 0x11, 0x22, 0x33]);
type Gap = Parameters<NonNullable<ParticipantFileOptions['onGap']>>[0];

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-late-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** A microphone whose clock is ours, once it is known. */
async function microphone({ isKnown = true } = {}) {
  const gaps: Gap[] = [];
  const path = join(folder, 'ada.mkv');
  const file = await ParticipantFile.create(path, {
    ...{ originMs, blackFrames: new BlackFrames(() => Promise.resolve(null)) },
    onGap: (gap) => gaps.push(gap),
  });
  const track = copyTrack('opus');
  const clock = { isKnown };
  const timeOf = (timestamp: number): number | null => (clock.isKnown ? track.timeOf(timestamp) : null);
  const feed = new PacketFeed(file.add({ ...track, timeOf }, null), 'opus');
  return {
    ...{ clock, file, gaps },
    /** What is sent from there to there, and comes at once or at `atMs`. */
    says: (fromMs: number, toMs: number, atMs?: number): void => {
      for (let ms = fromMs; ms < toMs; ms += 20)
        feed.packet(tone, (originMs + ms) * 48, { arrivedMs: originMs + (atMs ?? ms) });
    },
    ticks: (fromMs: number, toMs: number): void => {
      for (let ms = fromMs; ms <= toMs; ms += 100) file.tick(originMs + ms);
    },
    spokenAt: async (endMs: number): Promise<number[]> => {
      await file.finish(endMs);
      const blocks = blocksOf(await readFile(path));
      return blocks.filter(({ data }) => data.equals(tone)).map(({ ms }) => ms);
    },
  };
}

const every20Ms = (fromMs: number, toMs: number): number[] =>
  Array.from({ length: (toMs - fromMs) / 20 }, (_, index) => fromMs + index * 20);

describe('what was said before a microphone is muted', () => {
  it('is in the file, however late its clock is known', async () => {
    const { clock, file, gaps, says, spokenAt, ticks } = await microphone({ isKnown: false });
    says(200, 1_100);
    file.setOn('audio', false, 1_100);
    ticks(1_100, 2_700);
    clock.isKnown = true;
    ticks(2_800, 4_800);
    expect(await spokenAt(5_000)).toEqual(every20Ms(200, 1_100));
    expect(file.counts.audio).toMatchObject({ lostMs: 0, dropped: { late: 0 } });
    expect(gaps).toEqual([]);
  });

  it('is lost when the network held it back until silence stood in its place, and said', async () => {
    const { file, gaps, says, spokenAt, ticks } = await microphone();
    says(0, 1_000);
    file.setOn('audio', false, 1_500);
    ticks(1_500, 3_000);
    says(1_000, 1_500, 3_000);
    file.setOn('audio', true, 3_000);
    says(3_000, 3_500);
    expect(await spokenAt(3_500)).toEqual([...every20Ms(0, 1_000), ...every20Ms(3_000, 3_500)]);
    expect(file.counts.audio).toMatchObject({ lostMs: 500, dropped: { late: 25 } });
    expect(gaps).toMatchObject([{ stream: 'audio', atMs: 1_000, durationMs: 500 }]);
  });

  it('is said to be lost when nothing follows it', async () => {
    const { file, gaps, says, spokenAt, ticks } = await microphone();
    says(0, 1_000);
    file.setOn('audio', false, 1_500);
    ticks(1_500, 3_000);
    says(1_000, 1_500, 3_000);
    await spokenAt(3_500);
    expect(file.counts.audio.lostMs).toBe(500);
    expect(gaps).toMatchObject([{ stream: 'audio', atMs: 1_000, durationMs: 500 }]);
  });
});

it('lacks nothing of what a muted microphone sends, and comes too late', async () => {
  const { file, gaps, says, spokenAt, ticks } = await microphone();
  says(0, 1_000);
  file.setOn('audio', false, 1_000);
  ticks(1_000, 3_000);
  says(1_000, 1_500, 3_000);
  await spokenAt(3_500);
  expect(file.counts.audio).toMatchObject({ lostMs: 0, dropped: { late: 25 } });
  expect(gaps).toEqual([]);
});

it('lacks what comes too late of a microphone that is on again, although that is not known yet', async () => {
  const { file, gaps, says, spokenAt, ticks } = await microphone();
  says(0, 1_000);
  file.setOn('audio', false, 1_000);
  ticks(1_000, 6_000);
  says(4_600, 5_600, 6_000);
  file.setOn('audio', true, 6_000);
  await spokenAt(6_500);
  // The last one of them overlaps what stands there by no more than a step of two clocks.
  expect(file.counts.audio).toMatchObject({ lostMs: 380, dropped: { late: 19 } });
  expect(gaps).toMatchObject([{ stream: 'audio', atMs: 4_600, durationMs: 380 }]);
});
