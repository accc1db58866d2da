import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TrackSink } from '#engine/copy/contract.js';
import { audioOf, type GapFile, gapFile, originMs } from '../../../fixtures/gap-file.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-withheld-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const recorded = (): Promise<GapFile> => gapFile(folder);

/** A track ends at that moment of the file. */
function endsAt(sink: TrackSink, ms: number): void {
  const now = vi.spyOn(performance, 'now').mockReturnValue(originMs + ms);
  sink.end();
  now.mockRestore();
}

describe('a microphone that the server has taken away, and that is published still', () => {
  async function taken() {
    const of = await recorded();
    for (let ms = 0; ms < 1_000; ms += 20) of.sound(ms);
    of.audioSink.withheld?.(originMs + 1_000, false);
    const tickTo = (fromMs: number, toMs: number): void => {
      for (let ms = fromMs; ms <= toMs; ms += 100) of.file.tick(originMs + ms);
    };
    return { ...of, tickTo };
  }

  it('lacks all of it until it is given back, and not a packet twice', async () => {
    const { audio, file, gaps, sound, tickTo } = await taken();
    tickTo(1_000, 5_000);
    audio.lose();
    for (let ms = 5_020; ms < 6_000; ms += 20) sound(ms);
    file.endAt(6_000);
    await file.finish(6_000);
    expect(audioOf(gaps)).toMatchObject([{ atMs: 1_000, durationMs: 4_020 }]);
    expect(file.counts.audio.lostMs).toBe(4_020);
  });

  it('lacks all of it to the end, however short before that it was', async () => {
    for (const endMs of [1_600, 9_000]) {
      const { audioSink, file, gaps, tickTo } = await taken();
      tickTo(1_000, endMs);
      file.endAt(endMs);
      audioSink.end();
      await file.finish(endMs);
      expect(audioOf(gaps)).toMatchObject([{ atMs: 1_000, durationMs: endMs - 1_000 }]);
      await rm(folder, { recursive: true });
      await mkdir(folder);
    }
  });

  it('lacks nothing when that was its end, which is told a moment later', async () => {
    const { audioSink, file, gaps, tickTo } = await taken();
    tickTo(1_000, 1_300);
    endsAt(audioSink, 1_310);
    tickTo(1_310, 9_000);
    await file.finish(9_000);
    expect(audioOf(gaps)).toEqual([]);
  });

  it('lacks what is said until it is muted, and nothing afterwards', async () => {
    const { file, gaps, tickTo } = await taken();
    tickTo(1_000, 5_000);
    file.setOn('audio', false, 5_000);
    tickTo(5_000, 9_000);
    await file.finish(9_000);
    expect(audioOf(gaps)).toMatchObject([{ atMs: 1_000, durationMs: 4_000 }]);
  });

  it('lacks what was sent for a moment too, when its owner has said that it is withheld', async () => {
    const { audioSink, file, gaps, tickTo } = await taken();
    audioSink.withheld?.(originMs + 1_010, true);
    tickTo(1_000, 1_300);
    endsAt(audioSink, 1_310);
    await file.finish(2_000);
    expect(audioOf(gaps)).toMatchObject([{ atMs: 1_000, durationMs: 310 }]);
  });
});

/** Pictures of 25 a second for a second. */
async function filmed() {
  const of = await recorded();
  for (let ms = 0; ms <= 1_000; ms += 40) of.picture(ms === 0, ms);
  return { ...of, lacks: () => of.gaps.filter(({ stream }) => stream === 'video') };
}

describe('a camera that the server has taken away, and that is published still', () => {
  it('lacks what it sends until it is muted; what is not handed over meanwhile is no loss behind that', async () => {
    const { file, lacks, picture, video, videoSink } = await filmed();
    videoSink.withheld?.(originMs + 1_020, true);
    file.setOn('video', false, 2_020);
    // It is given back while it is off, as another stream: one number stands for those that nobody has seen.
    video.lose();
    for (let ms = 2_100; ms <= 5_000; ms += 100) file.tick(originMs + ms);
    file.setOn('video', true, 5_000);
    picture(true, 5_040);
    picture(false, 5_080);
    await file.finish(6_000);
    expect(lacks()).toMatchObject([{ atMs: 1_020, durationMs: 1_000 }]);
    expect(file.counts.video.missed).toBe(24);
  });

  it.each([
    ['forbidden by its owner', true, 300, 1],
    ['nobody says why, for a second or more', false, 1_100, 1],
    ['nobody says why, for a moment: its end is told later', false, 900, 0],
  ])('lacks what it sends until it ends (%s)', async (_, isSaid, ms, count) => {
    const { file, lacks, videoSink } = await filmed();
    videoSink.withheld?.(originMs + 1_020, isSaid);
    endsAt(videoSink, 1_020 + ms);
    await file.finish(3_000);
    expect(lacks()).toHaveLength(count);
    if (count > 0) expect(lacks()).toMatchObject([{ atMs: 1_020, durationMs: ms }]);
  });

  it('lacks what it sends to the end of the file', async () => {
    const { file, lacks, videoSink } = await filmed();
    videoSink.withheld?.(originMs + 1_020, false);
    file.endAt(1_520);
    videoSink.end();
    await file.finish(1_520);
    expect(lacks()).toMatchObject([{ atMs: 1_020, durationMs: 500 }]);
  });
});

describe('a track of which nothing came any more since its line broke', () => {
  it('lacks that', async () => {
    const { audioSink, file, lacks, gaps, sound, videoSink } = await filmed();
    for (let ms = 0; ms <= 980; ms += 20) sound(ms);
    videoSink.cutOff?.(originMs + 1_010, originMs + 2_210);
    audioSink.cutOff?.(originMs + 1_010, originMs + 2_210);
    videoSink.end();
    audioSink.end();
    await file.finish(4_000);
    expect(lacks()).toMatchObject([{ atMs: 1_010, durationMs: 1_200, lostFrames: 29 }]);
    expect(audioOf(gaps)).toMatchObject([{ atMs: 1_010, durationMs: 1_200 }]);
    expect(file.counts).toMatchObject({ audio: { lostMs: 1_200 }, video: { missed: 29 } });
  });

  it('lacks nothing more than the connection that is said to be lost', async () => {
    const { audioSink, file, gaps, sound } = await filmed();
    for (let ms = 0; ms <= 980; ms += 20) sound(ms);
    file.connectionChanged(false, 1_100, true);
    audioSink.cutOff?.(originMs + 1_010, originMs + 1_500);
    for (let ms = 1_000; ms <= 2_000; ms += 100) file.tick(originMs + ms);
    file.connectionChanged(true, 2_000, true);
    sound(2_020);
    await file.finish(3_000);
    expect(audioOf(gaps)).toMatchObject([{ atMs: 1_000, durationMs: 1_020 }]);
  });
});
