import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'vitest';
import type { TakeContent } from '#engine/lab/content/take-content.js';
import type { FinishedTake } from '../../../fixtures/recording-harness.js';
import { judgePairs } from '../../../fixtures/sent-marks.js';
import { shareHarness } from '../../../fixtures/shared-harness.js';
import { expectEnough, SharedTake, timedTest } from '../../../fixtures/timed-test.js';

const size = { width: 320, height: 180 };
const frameMs = 1000 / 30;
/** Audio that is earlier, or so much later, is noticed (ITU-R BT.1359). */
const noticedMs = 45;
/** From then on after a change everything is in sync. */
const settledMs = 2_000;

interface Recorded {
  readonly take: FinishedTake;
  /** Of the take, in milliseconds. */
  readonly atMs: {
    badFrom: number;
    badTo: number;
    cutFrom: number;
    cutTo: number;
    shortFrom: number;
    shortTo: number;
  };
  readonly overload: string | null;
}

const harness = shareHarness();
const shared = new SharedTake(() => record());

/** The recorder's line is bad for six seconds (5 % lost, 50 ms of jitter), and later carries nothing for 1.2 s, and for 0.8 s. */
async function record(): Promise<Recorded> {
  const atMs = { badFrom: NaN, badTo: NaN, cutFrom: NaN, cutTo: NaN, shortFrom: NaN, shortTo: NaN };
  const take = await harness.record({
    participants: ['ada', 'ben'].map((identity) => ({ identity, camera: { ...size, fps: 30 } })),
    isImpairable: true,
    during: async ({ recorder, line, until }) => {
      const now = (): number => recorder.snapshot().takeMs ?? NaN;
      await until(4);
      atMs.badFrom = now();
      await line?.impair({ lossRatio: 0.05, jitterMs: 50 });
      await until(10);
      await line?.impair({ lossRatio: 0, jitterMs: 0 });
      atMs.badTo = now();
      await until(16);
      atMs.cutFrom = now();
      await line?.impair({ lossRatio: 1, jitterMs: 0 });
      await wait(1_200);
      await line?.impair({ lossRatio: 0, jitterMs: 0 });
      atMs.cutTo = now();
      await until(22);
      atMs.shortFrom = now();
      await line?.impair({ lossRatio: 1, jitterMs: 0 });
      // WebRTC counts as many packets as lost; of more it counts none.
      await wait(800);
      await line?.impair({ lossRatio: 0, jitterMs: 0 });
      atMs.shortTo = now();
      // What a pause proves of lost audio is known a few seconds later.
      await until(28);
    },
  });
  return { take, atMs, overload: take.overload };
}

/** Frames by where they stand, and how much later than their counter says. */
function lateness({ frames }: TakeContent): { ptsMs: number; lateMs: number }[] {
  // The counter is read modulo 20 s.
  const roundMs = 20_000;
  return frames.flatMap(({ counter, ptsMs }) => {
    if (counter === null) return [];
    const lateMs = (ptsMs - counter * frameMs) % roundMs;
    return [{ ptsMs, lateMs: lateMs < 0 ? lateMs + roundMs : lateMs }];
  });
}

const medianOf = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;

timedTest('goes on in one file of each person, and nothing is an error of ours', shared, ({ take }) => {
  expect(take.manifest.files.map(({ file, state }) => [file, state]).sort()).toEqual([
    ['ada.mp4', 'verified'],
    ['ben.mp4', 'verified'],
  ]);
  for (const { video, audio } of take.manifest.files) {
    const ours = ({ dropped }: typeof video): number =>
      dropped.queueFull + dropped.byteCap + dropped.sinkFailed + dropped.encoderLost + dropped.outOfOrder;
    expect([ours(video), ours(audio)]).toEqual([0, 0]);
  }
  expect(take.resourceLeaks).toEqual({ orphanedFrames: 0, openStreams: 0, nativeFrames: 0 });
});

for (const identity of ['ada', 'ben']) {
  timedTest(`says when, and for how long, nothing of ${identity} came`, shared, ({ take, atMs }) => {
    const { gaps, stamps } = take.file(identity);
    for (const [fromMs, toMs] of [
      [atMs.cutFrom, atMs.cutTo],
      [atMs.shortFrom, atMs.shortTo],
    ] as const) {
      const found = gaps?.find(({ stream, atMs: at }) => stream === 'audio' && Math.abs(at - fromMs) < 500);
      expect(found).toMatchObject({ cause: 'neverArrived' });
      expect(Math.abs((found?.durationMs ?? NaN) - (toMs - fromMs))).toBeLessThan(250);
    }
    expect(stamps?.complete).toMatchObject({ isEarned: false, grade: 'losses' });
  });

  timedTest(
    `has the camera of ${identity} where it belongs, through all of it`,
    shared,
    async ({ take, atMs }) => {
      const content = await take.content(identity, [size]);
      const frames = lateness(content);
      const usualMs = medianOf(
        frames.filter(({ ptsMs }) => ptsMs > 2_000 && ptsMs < atMs.badFrom).map(({ lateMs }) => lateMs),
      );
      // Frames that are repeated while nothing comes are late; what has come stands in its slot, or in one beside it.
      const settled = frames.filter(
        ({ ptsMs }) =>
          (ptsMs > atMs.badTo + settledMs && ptsMs < atMs.cutFrom - 500) ||
          (ptsMs > atMs.cutTo + settledMs && ptsMs < atMs.shortFrom - 500) ||
          ptsMs > atMs.shortTo + settledMs,
      );
      expect(settled.length).toBeGreaterThan(200);
      expect(settled.filter(({ lateMs }) => Math.abs(lateMs - usualMs) > 2.1 * frameMs)).toEqual([]);
    },
  );

  timedTest(`has ${identity} in sync again two seconds later`, shared, async ({ take, atMs }) => {
    const { pairs } = await take.content(identity, [size]);
    const judged = judgePairs(pairs, take.sent(identity));
    expectEnough(judged, 15);
    const after = (fromMs: number, toMs: number): number[] =>
      judged.marks
        .filter(({ flashMs }) => flashMs > fromMs + settledMs && flashMs < toMs)
        .map(({ offsetMs }) => offsetMs);
    for (const offsets of [
      after(atMs.badTo, atMs.cutFrom - 200),
      after(atMs.cutTo, atMs.shortFrom - 200),
      after(atMs.shortTo, Infinity),
    ]) {
      expect(offsets.length).toBeGreaterThan(1);
      expect(Math.abs(medianOf(offsets))).toBeLessThan(noticedMs);
    }
  });

  timedTest(`counts each frame of ${identity} that is not there once at most`, shared, async ({ take }) => {
    const { counters } = await take.content(identity, [size]);
    const { missedFrames, video } = take.file(identity);
    const { tooLate, paced } = video.dropped;
    // A server that thinks the line cannot carry more leaves frames out by itself: those are not lost on the way. A gap is
    // an estimate, a frame at each end of a few.
    const told = missedFrames + tooLate + paced;
    expect({
      missing: counters.missing.length,
      told,
      isTwice: told > counters.missing.length + 8,
    }).toMatchObject({
      isTwice: false,
    });
  });
}
