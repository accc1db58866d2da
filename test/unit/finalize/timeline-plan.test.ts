import { describe, expect, it } from 'vitest';
import {
  type AudioFraming,
  audioFraming,
  concatList,
  type MeasuredSegment,
  planTimeline,
  type TimelinePlan,
  videoShiftMs,
} from '../../../src-main/finalize/timeline-plan.js';

const chunk = {
  file: '.black.mp4',
  startUs: -21_333,
  firstAudioUs: -21_333,
  firstVideoUs: 0,
  videoFrames: 1,
};
const { aac } = audioFraming;

/** A fragmented MP4 as ffmpeg 5.1 reports it: 5 s from `startMs`, audio beginning with one packet of priming. */
function segment(startMs: number, file = 'a.mp4'): MeasuredSegment {
  return {
    file,
    takeStartUs: startMs * 1000,
    startUs: -21_333,
    firstAudioUs: -aac.primingUs,
    firstVideoUs: 0,
    lastAudioUs: 5_000_000 - aac.packetUs,
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

  it('fills a late join with whole packets that meet the segment within half of one', () => {
    const plan = planTimeline([segment(100_123)], aac, chunk);
    expect(plan.entries.map((entry) => entry.file)).toEqual([
      ...Array<string>(4).fill('.black.mp4'),
      'a.mp4',
    ]);
    const leftOverUs = 100_123_000 - aac.primingUs - plan.fillerUs;
    expect(Math.abs(leftOverUs)).toBeLessThanOrEqual(aac.packetUs / 2);
    expect(plan.endUs).toBeCloseTo(105_123_000, -2);
  });

  it('fills the gap between two segments and not more', () => {
    const plan = planTimeline([segment(0), segment(7_000, 'b.mp4')], aac, chunk);
    expect(plan.entries.map((entry) => entry.file)).toEqual(['a.mp4', '.black.mp4', 'b.mp4']);
    expect(plan.fillerUs).toBeGreaterThan(1_950_000);
    expect(plan.fillerUs).toBeLessThan(2_000_000);
  });

  it('has no black in a gap of a packet, which is left before the frame of its chunk', () => {
    const [one, two] = [5_040, 5_060].map((startMs) =>
      planTimeline([segment(0), segment(startMs)], aac, chunk),
    );
    expect(one?.entries[1]).toMatchObject({ filler: { video: 0, audio: 1 } });
    expect(two?.entries[1]).toMatchObject({ filler: { video: 1, audio: 2 } });
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
    // The last packet would begin 2 ms before the next segment's priming; half a packet before it is between two.
    expect(plan.entries[0]?.leaveAtUs).toBeCloseTo(5_000_000 - 1.5 * aac.packetUs, -1);
  });

  it('leaves a segment whose last frames would stand among those of the next one', () => {
    const outlasted = { ...segment(0), lastAudioUs: 4_900_000 - aac.packetUs, audioEndUs: 4_900_000 };
    const plan = planTimeline([outlasted, segment(4_930, 'b.mp4')], aac, chunk);
    expect(plan.entries.map(({ file }) => file)).toEqual(['a.mp4', 'b.mp4']);
    expect(plan.entries[0]?.leaveAtUs).toBe(4_929_000);
  });

  it('puts silence right behind the audio, wherever the last frame stands, and ends with the later of both', () => {
    const outlasted = { ...segment(0), lastAudioUs: 4_900_000 - aac.packetUs, audioEndUs: 4_900_000 };
    const plan = planTimeline([outlasted, { ...outlasted, file: 'b.mp4', takeStartUs: 9e6 }], aac, chunk);
    expect(plan.entries[1]?.positionUs).toBeCloseTo(4_900_000, -1);
    expect(plan.endUs).toBeCloseTo(13_961_000, -1);
  });
});

/** Somebody is recorded for so long, after so much of nothing; with or without a camera, or with frames behind the audio. */
interface Stretch {
  readonly afterMs: number;
  readonly ms: number;
  readonly framesBehindMs?: number | null;
}

/** Segments as an encoder leaves them: whole packets, the last of them padded. */
function laidOut(stretches: readonly Stretch[], framing: AudioFraming): MeasuredSegment[] {
  let atMs = 0;
  return stretches.map(({ afterMs, framesBehindMs = null, ms }, index) => {
    const startMs = atMs + afterMs;
    atMs = startMs + ms;
    const { packetUs, primingUs } = framing;
    return {
      ...segment(startMs, `${index}`),
      startUs: -primingUs,
      firstAudioUs: -primingUs,
      // An encoder says how much of its last packet was recorded, or does not.
      lastAudioUs: (Math.ceil((ms * 1000 + primingUs) / packetUs) - 1) * packetUs - primingUs,
      audioEndUs: ms * 1000,
      firstVideoUs: framesBehindMs === null ? null : 0,
      lastVideoUs: framesBehindMs === null ? null : (ms + framesBehindMs) * 1000,
    };
  });
}

/** What the audio's time stamps do where two entries meet, and by how much the samples are too early behind it. */
function seamsOf(
  segments: readonly MeasuredSegment[],
  { entries }: TimelinePlan,
  { packetUs }: AudioFraming,
): { stepUs: number; earlyUs: number }[] {
  let endUs: number | null = null;
  let earlyUs = 0;
  return entries.flatMap((entry) => {
    const { firstAudioUs, startUs, lastAudioUs } = segments.find(({ file }) => file === entry.file) ?? {
      ...chunk,
      lastAudioUs: NaN,
    };
    const fromUs = entry.positionUs + firstAudioUs - startUs;
    const whole = Math.round((lastAudioUs - firstAudioUs) / packetUs) + 1;
    const kept = Math.ceil(((entry.leaveAtUs ?? Infinity) - firstAudioUs) / packetUs);
    const stepUs = fromUs - (endUs ?? fromUs);
    const isFirst = endUs === null;
    endUs = fromUs + (entry.filler?.audio ?? Math.min(whole, kept)) * packetUs;
    earlyUs += stepUs;
    return isFirst ? [] : [{ stepUs, earlyUs }];
  });
}

/** Lengths that repeat only after a long time, of whole tenths of audio and others. */
function manyStretches(count: number): Stretch[] {
  return Array.from({ length: count }, (_, index) => ({
    // Every tenth one begins where the one before ends.
    afterMs: index % 10 === 9 ? 0 : ((index * 7_919) % 4_001) + 1,
    ms: 700 + ((index * 104_729) % 2_003),
    framesBehindMs: [null, -20, 32][index % 3] ?? null,
  }));
}

describe('samples and time stamps', () => {
  it.each<[string, Stretch[]]>([
    [
      'audio, silence, audio',
      [
        { afterMs: 0, ms: 2_000 },
        { afterMs: 3_000, ms: 2_000 },
      ],
    ],
    [
      'audio, and a camera at once',
      [
        { afterMs: 0, ms: 3_300 },
        { afterMs: 0, ms: 2_000, framesBehindMs: -20 },
      ],
    ],
    [
      'a camera, and audio alone at once',
      [
        { afterMs: 0, ms: 2_010, framesBehindMs: 20 },
        { afterMs: 0, ms: 990 },
      ],
    ],
    [
      'frames that outlast the audio',
      [
        { afterMs: 0, ms: 1_000, framesBehindMs: 32 },
        { afterMs: 20_000, ms: 900 },
      ],
    ],
    [
      'less than a packet missing',
      [
        { afterMs: 0, ms: 1_003 },
        { afterMs: 35, ms: 900 },
      ],
    ],
    [
      'a late join, and two seams in a row',
      [
        { afterMs: 533, ms: 1_990 },
        { afterMs: 0, ms: 40 },
        { afterMs: 0, ms: 990 },
      ],
    ],
    ['hundreds of seams', manyStretches(300)],
  ])('part by less than a packet: %s', (_, stretches) => {
    for (const framing of [audioFraming.aac, audioFraming.opus]) {
      const segments = laidOut(stretches, framing);
      const plan = planTimeline(segments, framing, chunk);
      for (const { stepUs, earlyUs } of seamsOf(segments, plan, framing)) {
        expect(Math.abs(stepUs)).toBeLessThan(framing.packetUs);
        expect(Math.abs(earlyUs)).toBeLessThanOrEqual(framing.packetUs);
      }
      const places = plan.entries.filter(({ filler }) => filler === null).map(({ positionUs }) => positionUs);
      // The priming stands before the beginning, to the microsecond.
      expect(places).toEqual(
        segments.map(({ takeStartUs }) => expect.closeTo(takeStartUs - framing.primingUs, 0) as number),
      );
    }
  });

  it('no more is cut off where a camera joins than half a packet before its priming', () => {
    for (let ms = 3_000; ms < 3_100; ms += 1) {
      const segments = laidOut(
        [
          { afterMs: 0, ms },
          { afterMs: 0, ms: 2_000, framesBehindMs: -20 },
        ],
        aac,
      );
      const plan = planTimeline(segments, aac, chunk);
      expect(plan.fillerUs).toBe(0);
      const [seam] = seamsOf(segments, plan, aac);
      expect(Math.abs(seam?.stepUs ?? NaN)).toBeLessThan(aac.packetUs / 2 + 1);
    }
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
