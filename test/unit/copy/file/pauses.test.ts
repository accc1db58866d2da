import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TakeClock } from '#engine/pipeline/take-clock.js';
import { expectBalanced, range, recordedParts } from '../../../fixtures/recorded-parts.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-pauses-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** A file whose take is paused from there to there of the room's clock. */
async function paused(fromMs: number, toMs: number) {
  const clock = new TakeClock();
  const take = await recordedParts(folder, { clock });
  const pause = (): void => clock.adopt({ fromMs, toMs: Infinity });
  const resume = (): void => {
    clock.adopt({ fromMs, toMs });
    take.file.resumed();
  };
  return { ...take, clock, pause, resume };
}

describe('a file whose take is paused', () => {
  it('has each frame of before and after once, and nothing of the pause: in sync, and with a key frame first', async () => {
    const { file, finish, gaps, pause, picture, read, resume, sent, sound, tick, wished } = await paused(
      2_005,
      5_005,
    );
    const kept: { video: number[]; audio: number[] } = { video: [], audio: [] };
    for (let ms = 0; ms < 8_000; ms += 10) {
      if (ms === 2_010) pause();
      if (ms === 5_010) {
        expect(wished).toEqual([]);
        resume();
        expect(wished).toHaveLength(1);
      }
      const isIn = ms < 2_005 || ms >= 5_005;
      // The key frame comes 0.2 s behind the pause.
      if (ms % 40 === 10) {
        if (ms < 2_005 || ms >= 5_210) kept.video.push(sent().video);
        picture(ms === 10 || ms === 5_210, ms);
      }
      if (ms % 20 === 0) {
        if (isIn) kept.audio.push(sent().audio);
        sound(ms);
      }
      if (ms % 200 === 0) tick(ms);
    }
    const account = file.partAccount;
    await finish(5_000);
    const { audio, video } = await read(1);
    expect(video.numbers).toEqual(kept.video);
    // A packet is whole: the one that sounds for the most part before the pause is the last one.
    expect(audio.numbers).toEqual(kept.audio);
    expect([audio.filled, video.filled]).toEqual([[], []]);
    expect(audio.times).toEqual(range(0, kept.audio.length).map((index) => index * 20));
    const first = video.times.findIndex((ms) => ms > 2_005);
    expect(video.all[first]?.isKey).toBe(true);
    expect(video.times.slice(first - 1, first + 2)).toEqual([1_970, 2_210, 2_250]);
    expectBalanced(account);
    expect(account.video.line.dropped).toMatchObject({ awaitingKey: 0 });
    expect(account.video.line.dropped.paused).toBe(sent().video - kept.video.length);
    expect(account.audio.line.dropped.paused).toBe(sent().audio - kept.audio.length);
    // Nothing that was to come is missing, and a camera that held its picture did not stand still.
    expect(gaps).toEqual([]);
    expect(account.video.line).toMatchObject({ missed: 0, longestStepMs: 40 });
  });

  it('counts no packet of the pause, whatever was lost in it, and what was lost before and behind it', async () => {
    const { file, finish, gaps, lose, pause, picture, resume, sound, tick } = await paused(1_995, 3_995);
    for (let ms = 0; ms < 6_000; ms += 20) {
      if (ms === 2_000) pause();
      if (ms === 4_000) resume();
      const isLostAudio = [1_980, 3_000, 4_000, 4_020].includes(ms);
      if (isLostAudio) lose('audio', 1);
      else sound(ms);
      if (ms % 40 !== 0) continue;
      // Three packets each: in the pause, with those that build on it, and behind it.
      if ([1_960, 2_400, 5_000].includes(ms)) lose('video', 3);
      else picture([0, 2_080, 2_600, 4_120, 5_080].includes(ms), ms);
      if (ms % 200 === 0) tick(ms);
    }
    const account = file.partAccount;
    await finish(4_000);
    expectBalanced(account);
    expect(account.audio.packets.lost.expired).toBe(3);
    expect(account.video.packets.lost.expired).toBe(6);
    expect(account.video.frames.dropped.awaitingKey).toBe(1);
    // The first one of the pause is counted: with it it is known what became of those before.
    expect(account.audio.packets.received).toBe(account.audio.line.written + 1);
    const listed = gaps.map(({ gap }) => [gap.stream, Math.round(gap.atMs), Math.round(gap.durationMs)]);
    expect(listed).toEqual([
      ['audio', 1_980, 15],
      ['video', 1_920, 75],
      ['audio', 2_000, 40],
      ['video', 2_960, 120],
    ]);
    expect(gaps.map(({ gap }) => gap.lostFrames)).toEqual([null, 1, null, 2]);
  });

  it('lacks what comes later than a second behind the pause for want of a key frame, and asks until one comes', async () => {
    const { file, finish, gaps, pause, picture, resume, sound, tick, wished } = await paused(1_010, 2_010);
    for (let ms = 0; ms < 6_000; ms += 20) {
      if (ms === 1_020) pause();
      if (ms === 2_020) resume();
      sound(ms);
      if (ms % 40 === 0) picture(ms === 0 || ms === 4_000, ms);
      if (ms % 200 === 0) tick(ms);
    }
    const { audio, video } = file.counts;
    await finish(5_000);
    expect(wished.length).toBeGreaterThan(8);
    // 25 of the pause, and those of 1.2 s behind it.
    expect(video.dropped).toMatchObject({ paused: 25 + 30, awaitingKey: 19 });
    expect(gaps.map(({ gap }) => [gap.stream, gap.atMs, gap.durationMs])).toEqual([['video', 1_000, 2_000]]);
    expect(audio.dropped.paused).toBe(50);
  });

  it('is said to lack its end when no key frame came until then', async () => {
    const { finish, gaps, pause, picture, resume, cameraSink, file } = await paused(1_010, 2_010);
    for (let ms = 0; ms < 5_000; ms += 40) {
      if (ms === 1_040) pause();
      if (ms === 2_040) resume();
      picture(ms === 0, ms);
    }
    file.endAt(4_000);
    cameraSink?.end();
    await finish(4_000);
    expect(gaps.map(({ gap }) => [gap.stream, gap.atMs])).toEqual([['video', 1_000]]);
  });

  it('goes on as it was when nothing came meanwhile: a slide', async () => {
    const { finish, pause, picture, read, resume } = await paused(1_000, 2_000);
    picture(true, 0);
    pause();
    resume();
    picture(false, 3_000);
    await finish(3_000);
    const { video } = await read(1);
    expect(video.times).toEqual([0, 2_000]);
  });

  it('has black from the joint on when the camera went off in the pause', async () => {
    const { file, finish, pause, picture, read, resume, sound, tick } = await paused(990, 2_990);
    for (let ms = 0; ms < 5_000; ms += 20) {
      if (ms === 1_000) pause();
      if (ms === 3_000) resume();
      sound(ms);
      if (ms === 2_000) file.setOn('video', false, 990);
      if (ms % 40 === 0 && ms < 2_000) picture(ms === 0, ms);
      if (ms % 200 === 0) {
        await new Promise((resolve) => setImmediate(resolve));
        tick(ms);
      }
    }
    await finish(3_000);
    const { video } = await read(1);
    expect(video.filled).toEqual([990, 1_990, 2_990]);
    expect(video.times.at(-1)).toBe(960);
  });

  it('is cut where the take was split in the pause: at the first key frame behind it', async () => {
    const { begun, file, finish, hasBegun, pause, picture, read, resume, sent, sound, tick } = await paused(
      1_995,
      3_995,
    );
    for (let ms = 0; ms < 6_000; ms += 20) {
      if (ms === 2_000) pause();
      if (ms === 3_000) file.cut({ number: 2, atMs: 1_995 });
      if (ms === 4_000) resume();
      sound(ms);
      if (ms % 40 === 0) picture([0, 2_400, 4_120].includes(ms), ms);
      if (ms % 200 === 0) tick(ms);
      if (ms === 4_300) await hasBegun();
    }
    const second = file.partAccount;
    await finish(4_000);
    expect(begun.map(({ startMs }) => Math.round(startMs))).toEqual([2_120]);
    const [one, two] = [await read(1), await read(2)];
    expect(one.video.numbers).toEqual(range(0, 50));
    expect(two.video.numbers).toEqual(range(103, sent().video));
    expect([...one.audio.numbers, ...two.audio.numbers]).toEqual([
      ...range(0, 100),
      ...range(200, sent().audio),
    ]);
    expect([...one.audio.filled, ...two.audio.filled]).toEqual([]);
    const [{ before }] = begun as [(typeof begun)[0]];
    expectBalanced(before);
    expectBalanced(second);
  });
});
