import { describe, expect, it } from 'vitest';
import type { PlanEntry } from '../../../src-main/finalize/timeline-plan.js';
import { planBehindFrames, planVideo } from '../../../src-main/finalize/video-plan.js';

const slotUs = 1e6 / 30;
const black = { file: '.black.mp4', frames: 480 };

/** A segment from one slot to another, both with a frame. */
function segment(
  from: number,
  to: number,
  { file = 'a.mp4', roundedUs = 0 } = {},
): Parameters<typeof planVideo>[0][number] {
  return {
    file,
    startUs: -21_333,
    firstVideoUs: roundedUs,
    lastVideoUs: (to - from) * slotUs - roundedUs,
    toTakeUs: from * slotUs,
  };
}

const frames = ({ entries }: ReturnType<typeof planVideo>): (number | string)[] =>
  entries.map(({ file, filler }) => filler?.video ?? file);

describe('the video of a constant rate', () => {
  it('is a segment as it is when it begins with the take', () => {
    const plan = planVideo([segment(0, 299)], 30, 10e6, null);
    expect(plan.blackFrames).toBe(0);
    expect(plan.entries).toEqual([{ file: 'a.mp4', positionUs: -21_333, leaveAtUs: null, filler: null }]);
  });

  it('has black in each slot before the first segment', () => {
    const plan = planVideo([segment(1_000, 1_299)], 30, 43e6, black);
    expect(plan.blackFrames).toBe(1_000);
    expect(frames(plan)).toEqual([480, 480, 40, 'a.mp4']);
    // It is left in the middle between two frames.
    expect(plan.entries[2]?.leaveAtUs).toBe(Math.round(39.5 * slotUs));
    expect(plan.entries[1]?.positionUs).toBeCloseTo(480 * slotUs, 3);
  });

  it.each([-900, -400, 0, 400, 900])(
    'has neither a hole nor two frames between segments that are %d us off',
    (roundedUs) => {
      const plan = planVideo(
        [segment(0, 99), segment(120, 130, { file: 'b.mp4', roundedUs })],
        30,
        5e6,
        black,
      );
      expect(frames(plan)).toEqual(['a.mp4', 20, 'b.mp4']);
      expect(
        frames(planVideo([segment(0, 99), segment(100, 130, { file: 'b.mp4', roundedUs })], 30, 5e6, black)),
      ).toEqual(['a.mp4', 'b.mp4']);
    },
  );

  it('leaves a segment where the next one begins', () => {
    const plan = planVideo([segment(0, 110), segment(100, 130, { file: 'b.mp4' })], 30, 5e6, black);
    expect(frames(plan)).toEqual(['a.mp4', 'b.mp4']);
    expect(plan.entries[0]?.leaveAtUs).toBe(Math.round(99.5 * slotUs));
  });

  it('has black beside segments without video, also the last one', () => {
    const heard = { ...segment(0, 0, { file: 'a.m4a' }), firstVideoUs: null, lastVideoUs: null };
    expect(frames(planVideo([heard, segment(90, 99)], 30, 3.4e6, black))).toEqual([90, 'a.mp4']);
    expect(frames(planVideo([segment(0, 59), heard], 30, 4e6, black))).toEqual(['a.mp4', 60]);
  });
});

describe('the video of a variable rate', () => {
  const placed = { file: 'a.mp4', startUs: 0, firstVideoUs: 0, lastVideoUs: 4_960_000, toTakeUs: 0 };
  const at = (file: string, positionUs: number): PlanEntry => ({
    ...{ file, positionUs, leaveAtUs: null },
    filler: file === black.file ? { video: 1, audio: 1_500 } : null,
  });
  const list = (...silencesUs: number[]): PlanEntry[] => [
    at('a.mp4', 0),
    ...silencesUs.map((us) => at(black.file, us)),
    at('b.mp4', 64e6),
  ];
  const others = { ...placed, file: 'b.mp4', toTakeUs: 64e6 };

  it('goes with the audio where no frame outlasts it', () => {
    expect(planBehindFrames(list(5e6, 37e6), [placed, others])).toBeNull();
    expect(planBehindFrames(list(3e6), [{ ...placed, lastVideoUs: null }, others])).toBeNull();
  });

  it('has black behind a frame that outlasts the audio, and the rest in its place', () => {
    expect(planBehindFrames(list(3e6, 35e6), [placed, others])).toEqual({ entries: list(4_961_000, 35e6) });
  });

  it('has no chunk that is left before its frame', () => {
    const [a, silence, b] = list(5e6);
    if (a === undefined || silence === undefined || b === undefined) throw new Error('no list');
    const packet = { ...silence, filler: { video: 0, audio: 1 } };
    expect(planBehindFrames([a, packet, b], [placed, others])).toEqual({ entries: list() });
  });

  it('has no black that the next one would overtake', () => {
    const long = { ...placed, lastVideoUs: 40e6 };
    expect(planBehindFrames(list(3e6, 35e6), [long, others])).toEqual({ entries: list(40_001_000) });
    const touching = { ...placed, lastVideoUs: 63_998_500 };
    expect(planBehindFrames(list(63_980_000), [touching, others])).toEqual({ entries: list() });
  });
});
