import { describe, expect, it } from 'vitest';
import type { FoundLoss } from '../../../src-main/pipeline/missed-frames.js';
import { LossLog } from '../../../src-main/take/loss-log.js';
import { everyMs, Recording, shows } from './lossy-recording.js';

describe('LossLog', () => {
  it('has no gap where nothing is lost, or a single frame now and then', () => {
    const recording = new Recording().run(10_000);
    for (let second = 0; second < 20; second += 1) recording.run(everyMs, { missed: 1 }).run(1_000 - everyMs);
    expect(recording.gaps).toEqual([]);
  });

  it('has one for frames that were dropped, with its time and their number', () => {
    const gaps = new Recording().run(4_000).run(1_500, { dropped: 5 }).run(5_000).gaps;
    expect(gaps).toEqual([
      { stream: 'video', atMs: 4_000, durationMs: 1_500, cause: 'dropped', lostFrames: 30 },
    ]);
  });

  it('has one for a loss that goes on evenly, and tells it from a slow one', () => {
    expect(new Recording().run(8_000, { dropped: 2.8 }).gaps).toMatchObject([
      { cause: 'dropped', durationMs: 8_000 },
    ]);
    expect(new Recording().run(60_000, { dropped: 0.25 }).gaps).toEqual([]);
  });

  it('separates losses that are more than a second apart', () => {
    const recording = new Recording().run(1_000).run(250, { missed: 7 }).run(3_000).run(250, { dropped: 6 });
    expect(recording.gaps).toMatchObject([
      { atMs: 1_000, cause: 'neverArrived', lostFrames: 7 },
      { atMs: 4_250, cause: 'dropped', lostFrames: 6 },
    ]);
  });

  it('begins a gap where the frames ended, not where they came back', () => {
    const recording = new Recording().run(2_000).run(2_500, { received: 0 });
    recording.log.gapEnded('video', recording.nowMs, 2_400);
    recording.run(250, { missed: 72 });
    expect(recording.gaps).toEqual([
      { stream: 'video', atMs: 2_100, durationMs: 2_650, cause: 'neverArrived', lostFrames: 72 },
    ]);
  });

  it('has one where frames were missed, although that is known two seconds later', () => {
    const recording = new Recording().run(5_900).run(2_000);
    recording.missedIn = { fromMs: 5_000, toMs: 5_930 };
    recording.run(250, { missed: 13 }).run(3_000);
    expect(recording.gaps).toEqual([
      { stream: 'video', atMs: 5_000, durationMs: 930, cause: 'neverArrived', lostFrames: 13 },
    ]);
  });

  it('has one for frames that are missed again and again, and is told of each later', () => {
    const recording = new Recording().run(4_000);
    for (let second = 0; second < 5; second += 1) {
      recording.missedIn = { fromMs: recording.nowMs - 2_000, toMs: recording.nowMs - 1_100 };
      recording.run(250, { missed: 4 }).run(750);
    }
    expect(recording.run(3_000).gaps).toEqual([
      { stream: 'video', atMs: 2_000, durationMs: 4_900, cause: 'neverArrived', lostFrames: 20 },
    ]);
  });

  it('has one for a camera that is on and delivers nothing, to the end or until it is switched off', () => {
    expect(new Recording().run(2_000).run(4_000, { received: 0 }).gaps).toEqual([
      { stream: 'video', atMs: 2_000, durationMs: 4_000, cause: 'neverArrived', lostFrames: null },
    ]);
    const off = new Recording().run(2_000).run(3_500, { received: 0 });
    off.isDue = false;
    expect(off.run(20_000, { received: 0 }).gaps).toMatchObject([{ atMs: 2_000, durationMs: 3_500 }]);
    expect(new Recording().run(9_000, { received: 0.25 }).gaps).toEqual([]);
  });

  it('knows of a camera that is on and delivers nothing before that is over', () => {
    const take = new Recording().run(2_000).run(2_750, { received: 0 });
    expect(take.log.openGaps).toEqual([]);
    take.run(1_250, { received: 0 });
    expect(take.log.openGaps).toMatchObject([{ stream: 'video', atMs: 2_000, durationMs: 4_000 }]);
    take.run(500);
    expect(take.log.openGaps).toEqual([]);
    expect(take.gaps).toHaveLength(1);
  });

  it('has one for silence in place of audio, as long as what was lost', () => {
    const recording = new Recording().run(3_000).run(2_000, { lostAudioMs: 250 }).run(3_000);
    expect(recording.gaps).toEqual([
      { stream: 'audio', atMs: 3_000, durationMs: 2_000, cause: 'neverArrived', lostFrames: null },
    ]);
    expect(new Recording().run(3_000).run(250, { lostAudioMs: 60 }).gaps).toEqual([]);
  });

  it('has one for packets that are found to be lost ten seconds later, where they were, and tells it', () => {
    const told: string[] = [];
    const log = new LossLog({
      onAbsence: (stream, gapMs) => told.push(`${stream}: ${gapMs}`),
      onUncounted: () => 0,
    });
    const sample = (nowMs: number, found: FoundLoss[] = []): void => {
      log.sample({ nowMs, video: null, audio: { lostMs: 0, found } });
    };
    for (let nowMs = 0; nowMs < 15_000; nowMs += everyMs) sample(nowMs);
    sample(15_000, [{ fromMs: 4_000, toMs: 5_200, lost: 1_200, total: 1_200 }]);
    sample(15_250);
    log.end();
    expect(log.gaps).toEqual([
      { stream: 'audio', atMs: 4_000, durationMs: 1_200, cause: 'neverArrived', lostFrames: null },
    ]);
    expect(told).toEqual(['audio: 1200']);
  });

  it('has one for what went with the connection, until it came back', () => {
    const log = new LossLog();
    log.connectionLost(5_000);
    log.trackLeft('video', 5_100);
    log.trackLeft('audio', 5_100);
    log.connectionBack(9_000);
    log.trackCame('video', 9_000);
    shows(log, 9_400);
    log.end();
    // The microphone did not come back: its owner left while nobody looked.
    expect(log.gaps).toMatchObject([
      { stream: 'video', atMs: 5_000, durationMs: 4_400, cause: 'neverArrived' },
      { stream: 'audio', atMs: 5_000, durationMs: 4_000, cause: 'neverArrived' },
    ]);
  });

  it('has none where tracks went with the connection a moment before the end', () => {
    const { log } = new Recording().run(5_000);
    log.connectionLost(5_010);
    log.trackLeft('audio', 5_010);
    log.trackLeft('video', 5_010);
    log.sample({
      nowMs: 5_030,
      video: { received: 150, dropped: 0, missed: 0, isDue: false },
      audio: { lostMs: 0 },
    });
    log.end();
    expect(log.gaps).toEqual([]);
  });

  it('tells how long a track was away with the connection, when it is there again', () => {
    const told: string[] = [];
    const log = new LossLog({
      onAbsence: (stream, gapMs) => told.push(`${stream} ${gapMs}`),
      onUncounted: () => 0,
    });
    log.connectionLost(5_000);
    log.trackLeft('video', 5_100);
    log.trackLeft('audio', 5_100);
    log.connectionBack(9_000);
    log.trackCame('audio', 9_400);
    log.trackCame('video', 9_400);
    shows(log, 9_500);
    // Who leaves and comes back leaves no gap.
    log.trackLeft('audio', 12_000);
    log.trackCame('audio', 20_000);
    expect(told).toEqual(['audio 4400', 'video 4500']);
  });

  it.each([25_000, 25_060])(
    'counts from a standstill on what was lost in it (noticed at %d ms)',
    (noticedAtMs) => {
      const told: string[] = [];
      const log = new LossLog({
        onAbsence: (stream, gapMs) => told.push(`${stream} ${gapMs}`),
        onUncounted: () => 0,
      });
      const quiet = { video: null, audio: { lostMs: 0 } };
      log.sample({ ...quiet, nowMs: 5_000 });
      if (noticedAtMs < 25_050) log.sample({ ...quiet, nowMs: noticedAtMs });
      log.connectionLost(25_050);
      if (noticedAtMs > 25_050) log.sample({ ...quiet, nowMs: noticedAtMs });
      log.trackLeft('audio', 25_100);
      log.connectionBack(25_700);
      log.trackCame('audio', 25_900);
      expect(told).toEqual(['audio 20900']);
      expect(log.gaps).toMatchObject([{ stream: 'audio', atMs: 5_000, durationMs: 20_900 }]);
    },
  );

  it('counts from a standstill on that no two samples are apart for, when the connection went with it', () => {
    const { log } = new Recording().run(5_000);
    log.connectionLost(5_550, { fromMs: 5_030, toMs: 5_540 });
    log.trackLeft('video', 5_560);
    log.connectionBack(6_000);
    log.trackCame('video', 6_000);
    shows(log, 6_100);
    log.end();
    expect(log.gaps).toMatchObject([{ stream: 'video', atMs: 5_030, durationMs: 1_070 }]);
  });

  it('has one when tracks go just before the connection does, and none for who left', () => {
    const { log } = new Recording();
    log.trackLeft('audio', 1_000);
    log.trackLeft('video', 4_990);
    log.connectionLost(5_000);
    log.connectionBack(6_000);
    log.trackCame('audio', 20_000);
    log.trackLeft('audio', 21_000);
    log.end();
    expect(log.gaps).toMatchObject([{ stream: 'video', atMs: 4_990, durationMs: 1_010 }]);
  });

  it('keeps the longest hundred, and says how many it left out', () => {
    const recording = new Recording();
    for (let count = 0; count < 130; count += 1) {
      recording.run(count === 7 ? 1_000 : 250, { dropped: 6 }).run(2_000);
    }
    expect(recording.gaps).toHaveLength(100);
    expect(recording.log.gapsLeftOut).toBe(30);
    expect(Math.max(...recording.gaps.map(({ durationMs }) => durationMs))).toBe(1_000);
  });

  it('of audio stands where the silence is, however late that was written', () => {
    const log = new LossLog();
    const sample = (nowMs: number, lostMs: number, lostEndMs: number): void => {
      log.sample({ nowMs, video: null, audio: { lostMs, lostEndMs } });
    };
    for (let nowMs = 0; nowMs <= 5_000; nowMs += 200) sample(nowMs, 0, 0);
    // Nothing from 4.2 s on; silence is written in steps of a tenth of a second, a second behind.
    for (let nowMs = 5_200; nowMs <= 6_200; nowMs += 200) sample(nowMs, nowMs - 5_200, nowMs - 1_000);
    log.gapEnded('audio', 6_900, 1_000);
    for (let nowMs = 6_400; nowMs <= 9_000; nowMs += 200) sample(nowMs, 1_000, 5_200);
    expect(log.gaps).toEqual([
      { stream: 'audio', atMs: 4_200, durationMs: 1_000, cause: 'neverArrived', lostFrames: null },
    ]);
  });
});

describe('a track that left while the process stood still', () => {
  /** It stands still from 5 s to 8 s of the take. */
  function behind(comesToMs: number) {
    const added: unknown[] = [];
    const log = new LossLog({
      onAbsence: () => undefined,
      onUncounted: (stream, ms, known) => {
        added.push([stream, ms, known]);
        return ms - known;
      },
    });
    const sample = (nowMs: number, lostMs: number): void =>
      log.sample({
        nowMs,
        video: {
          ...{ received: nowMs, dropped: 0, missed: 0, isDue: true },
          newestMs: Math.min(nowMs, comesToMs),
        },
        audio: { lostMs, endMs: Math.min(nowMs, comesToMs) },
      });
    for (let ms = 0; ms <= 5_000; ms += 250) sample(ms, 0);
    sample(8_000, 400);
    return { added, log };
  }

  it('lacks what it is not known to have sent, and that is a gap', () => {
    const { added, log } = behind(5_100);
    log.trackLeft('audio', 8_020);
    log.trackLeft('video', 8_020);
    log.end();
    expect(added).toEqual([
      ['audio', 2_900, 400],
      ['video', 2_900, 0],
    ]);
    expect(log.gaps).toMatchObject([
      { stream: 'audio', atMs: 5_100, durationMs: 2_900 },
      { stream: 'video', atMs: 5_100, durationMs: 2_900 },
    ]);
  });

  it('lacks nothing more when it left later, was muted, or what stands there is on the account', () => {
    for (const [comesToMs, leavesAtMs, wasOn] of [
      [5_100, 8_600, true],
      [5_100, 8_020, false],
      [8_000, 8_020, true],
    ] as const) {
      const { added, log } = behind(comesToMs);
      log.trackLeft('audio', leavesAtMs, wasOn);
      expect(added).toEqual([]);
    }
  });
});
