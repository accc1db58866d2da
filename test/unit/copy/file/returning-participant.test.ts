import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BlackFrames } from '#engine/copy/file/black-frames.js';
import { ParticipantFile } from '#engine/copy/file/participant-file.js';
import { copyTrack, PacketFeed } from '../../../fixtures/copy-packets.js';
import { blocksOf } from '../../../fixtures/matroska-blocks.js';

const originMs = 50_000;
const tone = Buffer.from([0xf8, 0x11, 0x22, 0x33]);
const every20Ms = (fromMs: number, toMs: number): number[] =>
  Array.from({ length: (toMs - fromMs) / 20 }, (_, index) => fromMs + index * 20);

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-returning-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Somebody who speaks in two sessions, one after the other. @param aheadMs how far the second one's clock is before the first one's */
async function returning(aheadMs: number, sid = 'PA_again') {
  const path = join(folder, 'ada.mkv');
  const gaps: unknown[] = [];
  const file = await ParticipantFile.create(path, {
    ...{ originMs, blackFrames: new BlackFrames(() => Promise.resolve(null)) },
    onGap: (gap) => gaps.push(gap),
  });
  const says = (participantSid: string, clockMs: number, fromMs: number, toMs: number): void => {
    const track = copyTrack('opus', `TR_${participantSid}`);
    const timeOf = (timestamp: number): number | null => (track.timeOf(timestamp) ?? 0) + clockMs;
    const sink = file.add({ ...track, participantSid, timeOf }, null);
    file.setOn('audio', true, fromMs);
    const feed = new PacketFeed(sink, 'opus');
    for (let ms = fromMs; ms < toMs; ms += 20) {
      feed.packet(tone, (originMs + ms) * 48, { arrivedMs: originMs + ms });
      file.tick(originMs + ms);
    }
    sink.end();
  };
  says('PA_ada', 0, 0, 2_000);
  says(sid, aheadMs, 2_400, 5_000);
  await file.finish(5_000);
  const spoken = blocksOf(await readFile(path)).filter(({ data }) => data.equals(tone));
  return { file, gaps, spokenAt: spoken.map(({ ms }) => ms) };
}

describe('who comes back on another machine', () => {
  it.each([-30_000, -4_000, -1_500, 1_500, 4_000])(
    'stands where they were heard, with a clock that is %i ms off, and loses nothing',
    async (aheadMs) => {
      const { file, gaps, spokenAt } = await returning(aheadMs);
      expect(spokenAt).toEqual([...every20Ms(0, 2_000), ...every20Ms(2_400, 5_000)]);
      expect(file.counts.audio).toMatchObject({ lostMs: 0, dropped: { late: 0 } });
      expect(gaps).toEqual([]);
    },
  );

  it('loses what stands over what was said before when their clock is set back in a session, and that is said', async () => {
    const { file, gaps } = await returning(-1_500, 'PA_ada');
    const { dropped, lostMs } = file.counts.audio;
    expect(dropped.late).toBeGreaterThan(40);
    expect(lostMs).toBe(dropped.late * 20);
    expect(gaps).not.toEqual([]);
  });

  it('stands by the same clock as before when the session is the same', async () => {
    const { spokenAt } = await returning(-200, 'PA_ada');
    expect(spokenAt[100]).toBe(2_200);
  });
});
