import { describe, expect, it } from 'vitest';
import {
  audioFraming,
  concatList,
  type MeasuredSegment,
  planTimeline,
  videoShiftMs,
} from '../../../src-main/finalize/timeline-plan.js';

const chunk = { file: '.black.mp4', startUs: -21_333, firstAudioUs: -21_333, videoFrames: 1 };
const { aac } = audioFraming;

/** A fragmented MP4 as ffmpeg 5.1 reports it: 5 s from `startMs`, audio beginning with one packet of priming. */
function segment(startMs: number, file = 'a.mp4'): MeasuredSegment {
  return {
    file,
    takeStartUs: startMs * 1000,
    startUs: -21_333,
    firstAudioUs: -aac.primingUs,
    firstVideoUs: 0,
    audioEndUs: 5_000_000,
    lastVideoUs: 4_960_000,
  };
}

describe('planTimeline', () => {
  it('puts a segment that begins with the take at once, its priming before 0', () => {
    const plan = planTimeline([segment(0)], aac, chunk);
    expect(plan.entries).toHaveLength(1);
    expect(plan.entries[0]?.positionUs).toBeCloseTo(-21_333, -1);
    expect(plan).toMatchObject({ fillerUs: 0, endUs: 5_000_000 });
  });

  it('fills a late join with whole packets that end before the segment, by less than one packet', () => {
    const plan = planTimeline([segment(100_123)], aac, chunk);
    expect(plan.entries.map((entry) => entry.file)).toEqual([
      ...Array<string>(4).fill('.black.mp4'),
      'a.mp4',
    ]);
    const leftOverUs = 100_123_000 - aac.primingUs - plan.fillerUs;
    expect(leftOverUs).toBeGreaterThanOrEqual(0);
    expect(leftOverUs).toBeLessThan(aac.packetUs);
    expect(plan.endUs).toBeCloseTo(105_123_000, -2);
  });

  it('fills the gap between two segments and not more', () => {
    const plan = planTimeline([segment(0), segment(7_000, 'b.mp4')], aac, chunk);
    expect(plan.entries.map((entry) => entry.file)).toEqual(['a.mp4', '.black.mp4', 'b.mp4']);
    expect(plan.fillerUs).toBeGreaterThan(1_950_000);
    expect(plan.fillerUs).toBeLessThan(2_000_000);
  });

  it('lays segments by their time, whatever order they come in', () => {
    const plan = planTimeline([segment(7_000, 'b.mp4'), segment(0)], aac, null);
    expect(plan.entries.map((entry) => entry.file)).toEqual(['a.mp4', 'b.mp4']);
  });

  it('leaves every part at the very time that the list names, in whole microseconds', () => {
    for (const startMs of [1_001, 2_503, 4_000, 4_990, 9_777]) {
      const plan = planTimeline(
        [segment(0), segment(startMs, 'b.mp4'), segment(startMs + 9_000)],
        aac,
        chunk,
      );
      const times = plan.entries.flatMap(({ leaveAtUs }) => (leaveAtUs === null ? [] : [leaveAtUs]));
      expect(times.length).toBeGreaterThan(0);
      const listed = [...concatList(plan).matchAll(/^outpoint (.+)us$/gm)].map(([, us]) => Number(us));
      expect(listed).toEqual(times);
      expect(times.every((us) => Number.isInteger(us))).toBe(true);
    }
  });

  it('leaves a segment early whose padding reaches into the next one', () => {
    const plan = planTimeline([segment(0), segment(4_990, 'b.mp4')], aac, chunk);
    expect(plan.entries).toHaveLength(2);
    expect(plan.entries[0]?.leaveAtUs).toBeCloseTo(4_990_000 - aac.primingUs - aac.packetUs / 2, -1);
  });

  it('does not let black run into a last frame that outlasts the audio', () => {
    const cutShort = { ...segment(0), audioEndUs: 3_000_000 };
    const plan = planTimeline([cutShort, segment(9_000, 'b.mp4')], aac, chunk);
    expect(plan.entries[1]?.positionUs).toBeGreaterThan(4_960_000);
  });
});

describe('concatList', () => {
  it('gives durations that add up to the exact place of every file', () => {
    const plan = planTimeline([segment(3_600_123)], aac, chunk);
    const durations = [...concatList(plan).matchAll(/^duration (\d+)us$/gm)].map((match) => Number(match[1]));
    const sumUs = durations.reduce((sum, value) => sum + value, 0);
    const [first, last] = [plan.entries[0], plan.entries.at(-1)];
    expect(sumUs).toBe(Math.round(last?.positionUs ?? 0) - Math.round(first?.positionUs ?? 0));
  });

  it('quotes names', () => {
    expect(concatList(planTimeline([segment(0, "it's.mp4")], aac, null))).toContain(
      `file 'file:it'\\''s.mp4'`,
    );
  });
});

describe('videoShiftMs', () => {
  const { opus } = audioFraming;
  const webm = { ...segment(0), startUs: -7_000, firstAudioUs: -7_000 };

  it('is what an older muxer puts video too late by', () => {
    expect(videoShiftMs({ ...webm, firstVideoUs: 7_000 }, opus)).toBe(7);
    // The same where the frame was written before the audio.
    const frameFirst = { ...webm, startUs: -13_000, firstAudioUs: -13_000, firstVideoUs: 0 };
    expect(videoShiftMs(frameFirst, opus)).toBe(7);
  });

  it('is nothing with a newer one, without video, and where the distance is of another kind', () => {
    expect(videoShiftMs({ ...webm, firstVideoUs: 0 }, opus)).toBe(0);
    expect(videoShiftMs({ ...webm, firstVideoUs: null }, opus)).toBe(0);
    expect(videoShiftMs({ ...webm, firstVideoUs: 33_000 }, opus)).toBe(0);
  });
});
