import { describe, expect, it } from 'vitest';
import type { LossGap } from '../../../src-main/contract/stamps.js';
import { LossLog } from '../../../src-main/take/loss-log.js';
import type { LossSample } from '../../../src-main/take/loss-sample.js';

const everyMs = 200;

/** A camera at 30 fps and a microphone; what is said of a moment is in the reading of that moment. */
function gapsOf(
  moments: Readonly<
    Record<number, { video?: Partial<LossSample['video']>; audio?: Partial<LossSample['audio']> }>
  >,
): readonly LossGap[] {
  const log = new LossLog();
  let video: NonNullable<LossSample['video']> = { received: 0, dropped: 0, missed: 0, isDue: true };
  let audio: LossSample['audio'] = { lostMs: 0 };
  for (let nowMs = 0; nowMs <= 12_000; nowMs += everyMs) {
    video = { ...video, found: [], received: video.received + 6, ...moments[nowMs]?.video };
    audio = { ...audio, concealed: [], ...moments[nowMs]?.audio };
    log.sample({ nowMs, video, audio });
  }
  log.end();
  return log.gaps;
}

describe('what is found out late', () => {
  it('is a gap where it was lost, although frames are dropped for another reason when it is known', () => {
    const found = [{ fromMs: 3_000, toMs: 6_000, lost: 89, total: 89 }];
    const gaps = gapsOf({
      8_000: { video: { dropped: 8 } },
      8_200: { video: { dropped: 16, missed: 89, found } },
    });
    expect(
      gaps
        .map(({ atMs, cause, durationMs, lostFrames }) => ({ atMs, cause, durationMs, lostFrames }))
        .toSorted((one, other) => one.atMs - other.atMs),
    ).toMatchObject([
      { atMs: 3_000, durationMs: 3_000, cause: 'neverArrived', lostFrames: 89 },
      { cause: 'dropped', lostFrames: 8 },
      { cause: 'dropped', lostFrames: 8 },
    ]);
  });

  it('reaches from the first to the last, in whatever order they are found out', () => {
    const found = [
      { fromMs: 3_033, toMs: 6_000, lost: 88, total: 88 },
      { fromMs: 2_950, toMs: 3_033, lost: 1, total: 89 },
    ];
    expect(gapsOf({ 8_200: { video: { missed: 89, found } } })).toMatchObject([
      { atMs: 2_950, durationMs: 3_050, lostFrames: 89 },
    ]);
  });

  it('is a gap where WebRTC made it up, and not where it was counted', () => {
    const madeUp = (fromMs: number, toMs: number, lost: number) => ({
      ...{ fromMs, toMs, lost },
      ...{ total: 900, isBurst: true },
    });
    const concealed = [madeUp(5_800, 6_200, 160), madeUp(6_200, 6_600, 400), madeUp(6_600, 7_400, 340)];
    expect(gapsOf({ 7_400: { audio: { lostMs: 900, concealed } } })).toEqual([
      { stream: 'audio', atMs: 6_040, durationMs: 900, cause: 'neverArrived', lostFrames: null },
    ]);
  });

  it('does not take single packets for an interruption', () => {
    const concealed = [{ fromMs: 5_800, toMs: 6_000, lost: 40, total: 40, isBurst: false }];
    expect(gapsOf({ 6_000: { audio: { lostMs: 0, concealed } } })).toEqual([]);
  });
});

describe('a recorder that stood still right before the end', () => {
  it('has a gap of the frames that this has cost, unless one there is known, or they are few', () => {
    const log = new LossLog();
    log.lackedAtEnd('video', { fromMs: 2_000, toMs: 2_400, lost: 4 });
    log.lackedAtEnd('video', { fromMs: 5_000, toMs: 6_900, lost: 57 });
    log.lackedAtEnd('video', { fromMs: 5_100, toMs: 6_900, lost: 54 });
    log.lackedAtEnd('audio', { fromMs: 5_000, toMs: 7_000, lost: null });
    expect(log.gaps).toEqual([
      { stream: 'video', atMs: 5_000, durationMs: 1_900, cause: 'neverArrived', lostFrames: 57 },
      { stream: 'audio', atMs: 5_000, durationMs: 2_000, cause: 'neverArrived', lostFrames: null },
    ]);
  });
});
