import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { profiles } from '#engine/contract/profile.js';
import { type InPlacePlan, planInPlace } from '#engine/finalize/in-place-plan.js';
import { closeSegments, type InPlaceSegment, openSegments } from '#engine/finalize/in-place-segments.js';
import { planSlots } from '#engine/finalize/plan-join.js';
import type { StoredFiller } from '#engine/finalize/stored-filler.js';
import { audioFraming, planTimeline } from '#engine/finalize/timeline-plan.js';
import { readOrdinaryMovie } from '#engine/mp4/ordinary-movie.js';
import { readMovieHeader } from '#engine/mp4/track-header.js';
import { audioDescription, fragment, fragmentedHead, videoDescription } from '../mp4/fragmented-fixture.js';

const framing = audioFraming.aac;
const tracks = [
  { kind: 'video' as const, timescale: 16_000 },
  { kind: 'audio' as const, timescale: 48_000, mediaTime: 1024 },
];
const head = fragmentedHead(tracks);
const [videoHeader, audioHeader] = readMovieHeader(head.subarray(36)).tracks;
if (videoHeader === undefined || audioHeader === undefined) throw new Error('no header');
const filler: StoredFiller = {
  video: {
    header: videoHeader,
    description: videoDescription(),
    samples: [Buffer.alloc(300), Buffer.alloc(301)],
  },
  audio: {
    header: audioHeader,
    description: audioDescription(),
    samples: [Buffer.alloc(6)],
  },
};

let folder: string;
let opened: readonly InPlaceSegment[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-plan-'));
});

afterEach(async () => {
  await closeSegments(opened);
  await rm(folder, { recursive: true, force: true });
});

/** Fragments of a second: 25 frames, and audio from the priming on; in the last one so many packets. */
function segmentBytes(seconds: number, withVideo = true, lastPackets = 47): Buffer {
  const parts = [withVideo ? head : fragmentedHead(tracks.slice(1))];
  for (let second = 0; second < seconds; second += 1) {
    const frames = Array.from({ length: 25 }, (_, index) => ({
      sizeBytes: 40,
      ticks: 640,
      isSync: index === 0,
    }));
    const count = second === seconds - 1 ? lastPackets : 47;
    const packets = Array.from({ length: count }, () => ({ sizeBytes: 20, ticks: 1024 }));
    const audio = { trackId: withVideo ? 2 : 1, dts: second * 47 * 1024, samples: packets };
    parts.push(
      fragment([...(withVideo ? [{ trackId: 1, dts: second * 16_000, samples: frames }] : []), audio]),
    );
  }
  return Buffer.concat(parts);
}

interface Placed {
  readonly startMs: number;
  readonly seconds: number;
  readonly withVideo?: boolean;
  readonly lastPackets?: number;
  /** The end of its last fragment was not written. */
  readonly isCut?: boolean;
}

async function planned(
  placed: readonly Placed[],
  stored: StoredFiller | null = filler,
  fps: number | null = null,
): Promise<InPlacePlan & { readonly endUs: number }> {
  const grown = await Promise.all(
    placed.map(async ({ isCut = false, lastPackets, seconds, startMs, withVideo }, index) => {
      const file = `ada.part${index + 1}.mp4`;
      const bytes = segmentBytes(seconds, withVideo, lastPackets);
      await writeFile(join(folder, file), isCut ? bytes.subarray(0, -30) : bytes);
      return { file, startMs, endMs: startMs + seconds * 1000 };
    }),
  );
  const canvas = { width: 320, height: 180 };
  const request = { folder, segments: grown, profile: profiles.source, canvas, ffmpegPath: '' };
  const { segments } = await openSegments(request);
  opened = segments;
  const chunk = { file: '', startUs: 0, firstAudioUs: 0, firstVideoUs: null, videoFrames: 0 };
  const timeline = planTimeline(
    segments.map(({ measured }) => measured),
    framing,
    chunk,
  );
  const measured = segments.map((segment) => segment.measured);
  const video = fps === null ? null : planSlots(measured, framing, fps, timeline.endUs);
  const plan = planInPlace(segments, { ...timeline, video }, framing, stored, { hasVideo: true, fps });
  return { ...plan, endUs: timeline.endUs };
}

/** Times of the finished file’s samples, in milliseconds, with sizes and places. */
async function shown(
  plan: InPlacePlan,
): Promise<{ ms: number; sizeBytes: number; isSync: boolean; atBytes: number }[][]> {
  const path = join(folder, 'movie');
  await writeFile(path, Buffer.concat([...plan.movie]));
  const file = await open(path, 'r');
  const { tracks: found } = await readOrdinaryMovie(file);
  await file.close();
  return found.map(({ emptyEdit, mediaTime, samples, timescale }) =>
    Array.from(samples.samples(), ({ atBytes, dts, isSync, sizeBytes }) => ({
      ms: ((dts - mediaTime) / timescale + emptyEdit / 48_000) * 1000,
      ...{ sizeBytes, isSync, atBytes },
    })),
  );
}

describe('the plan of a finished file', () => {
  it('fills gaps of any length, and every sample comes after the one before', async () => {
    for (const gapMs of [1, 21, 22, 31_999, 32_000, 32_001, 64_000, 100_021, 3_600_000]) {
      const plan = await planned([
        { startMs: gapMs, seconds: 2 },
        { startMs: 2 * gapMs + 2_000, seconds: 3 },
      ]);
      const [video = [], audio = []] = await shown(plan);
      for (const [samples, mostMs] of [[video, 2_070] as const, [audio, 43] as const]) {
        const steps = samples.map(({ ms }, index) => ms - (samples[index - 1]?.ms ?? -22));
        expect(
          steps.reduce((most, step) => Math.max(most, step)),
          `gap of ${gapMs}`,
        ).toBeLessThan(mostMs);
        expect(steps.reduce((least, step) => Math.min(least, step))).toBeGreaterThan(0);
      }
      const starts = [gapMs, 2 * gapMs + 2_000];
      const recorded = video.filter(({ sizeBytes }) => sizeBytes === 40);
      expect(recorded).toHaveLength(5 * 25);
      // Ticks of 1/16,000 s.
      starts.forEach((startMs, index) => {
        expect(Math.abs((recorded[index * 50]?.ms ?? 0) - startMs)).toBeLessThan(0.1);
      });
      expect(audio.filter(({ sizeBytes }) => sizeBytes === 20).length).toBeGreaterThanOrEqual(5 * 47 - 2);
      await closeSegments(opened);
    }
  });

  it('shows black beside audio alone, from its start to its end', async () => {
    const plan = await planned([
      { startMs: 0, seconds: 5, withVideo: false },
      { startMs: 5_000, seconds: 1 },
      { startMs: 9_000, seconds: 9, withVideo: false },
    ]);
    const [video = []] = await shown(plan);
    const black = video.filter(({ sizeBytes }) => sizeBytes >= 300);
    const times = [0, 2_000, 4_000, 5_981, 7_981, 9_000, 11_000, 13_000, 15_000, 17_000];
    expect(black.map(({ ms }) => Math.abs(ms - (times.shift() ?? 0)) < 30)).toEqual(black.map(() => true));
    expect(times).toEqual([]);
    expect(black.every(({ isSync }) => isSync)).toBe(true);
    // Neighbors are different frames: two key frames in a row must not have the same number.
    expect(black.slice(5).map(({ sizeBytes }) => sizeBytes)).toEqual([300, 301, 300, 301, 300]);
  });

  it('has silence right behind the audio, and black behind a frame that outlasts it', async () => {
    const plan = await planned([
      { startMs: 0, seconds: 2, lastPackets: 40 },
      { startMs: 9_000, seconds: 1, lastPackets: 45 },
      { startMs: 10_000, seconds: 1 },
    ]);
    const [video = [], audio = []] = await shown(plan);
    const silence = audio.filter(({ sizeBytes }) => sizeBytes === 6);
    expect(silence[0]?.ms).toBeCloseTo((86 * 1024) / 48, 1);
    const black = video.filter(({ sizeBytes }) => sizeBytes >= 300);
    expect(black.map(({ ms }) => Math.round(ms))).toEqual([1_961, 3_961, 5_961, 7_961, 9_961]);
    expect(video.every(({ ms }, index) => ms > (video[index - 1]?.ms ?? -1))).toBe(true);
    const steps = audio.map(({ ms }, index) => ms - (audio[index - 1]?.ms ?? ms - 21));
    for (const step of steps) expect(Math.abs(step - 1024 / 48)).toBeLessThan(1024 / 48);
  });

  it('has no audio that stands before what is heard before it, wherever there is silence', async () => {
    for (const placed of [
      [{ startMs: 3_000, seconds: 2 }],
      [
        { startMs: 2_500, seconds: 1, withVideo: false },
        { startMs: 9_000, seconds: 4 },
        { startMs: 15_000, seconds: 2 },
      ],
    ]) {
      const plan = await planned(placed);
      const [, audio = []] = await shown(plan);
      const places = audio.map(({ atBytes }) => atBytes);
      expect(places.filter((atBytes, index) => atBytes < (places[index - 1] ?? 0))).toEqual([]);
      // In front of the fragments, where its old header says nothing.
      const { headAtBytes, headBytes } = plan.base.movie;
      expect(places[0]).toBe(headAtBytes + 88);
      expect(plan.headSilence).toHaveLength(6);
      expect(audio.find(({ sizeBytes }) => sizeBytes === 20)?.atBytes).toBeGreaterThan(
        headAtBytes + headBytes,
      );
      await closeSegments(opened);
    }
  });

  it('is not made where the silence has no room in front of the fragments, or the first segment was cut', async () => {
    const audio = { ...filler.audio, samples: [Buffer.alloc(25)] };
    await expect(planned([{ startMs: 3_000, seconds: 2 }], { ...filler, audio })).rejects.toThrow(
      'The header has no room for silence.',
    );
    await closeSegments(opened);
    const cut = [
      { startMs: 0, seconds: 1, isCut: true },
      { startMs: 1_000, seconds: 4 },
    ];
    await expect(planned(cut)).rejects.toThrow('The end of the first segment was cut off.');
  });

  it('keeps the first segment in its place, and puts the others behind it', async () => {
    const plan = await planned([
      { startMs: 0, seconds: 1 },
      { startMs: 1_000, seconds: 4 },
      { startMs: 5_000, seconds: 2 },
    ]);
    expect(plan.base.file).toBe('ada.part1.mp4');
    const copied = plan.appended.flatMap((part) => ('segment' in part ? [part.segment.file] : []));
    expect(copied).toEqual(['ada.part2.mp4', 'ada.part3.mp4']);
    const appendedBytes = plan.appended.reduce(
      (sum, part) => sum + ('bytes' in part ? part.bytes.length : part.toBytes - part.fromBytes),
      0,
    );
    expect(plan.movieAtBytes).toBe(plan.base.movie.endBytes + appendedBytes);
    const [first] = plan.appended;
    const header = first !== undefined && 'bytes' in first ? first.bytes : Buffer.alloc(16);
    expect(Number(header.readBigUInt64BE(8))).toBe(appendedBytes);
  });

  it('leaves out the padding that the next segment begins in', async () => {
    const plan = await planned([
      { startMs: 0, seconds: 2 },
      { startMs: 1_900, seconds: 1 },
    ]);
    const [video = [], audio = []] = await shown(plan);
    expect(video).toHaveLength(2 * 25 - 3 + 25);
    expect(audio.every(({ ms }, index) => ms > (audio[index - 1]?.ms ?? -22))).toBe(true);
    expect(plan.stretches.video.map(({ packets }) => packets)).toEqual([47, 25]);
  });

  it('has nothing behind the fragments when one segment begins with the take', async () => {
    const plan = await planned([{ startMs: 0, seconds: 2 }], null);
    expect(plan).toMatchObject({ appended: [], movieAtBytes: segmentBytes(2).length });
    expect(plan.stretches.audio).toMatchObject([{ file: 'ada.part1.mp4', packets: 2 * 47 }]);
  });
});

describe('a file of a constant rate', () => {
  it('has a frame in each slot from 0 on, whatever the segments are', async () => {
    const slotMs = 1000 / 25;
    const plan = await planned(
      [
        { startMs: 7 * slotMs, seconds: 2 },
        { startMs: 90 * slotMs + 3, seconds: 1, withVideo: false },
        { startMs: 300 * slotMs - 4, seconds: 2 },
      ],
      filler,
      25,
    );
    const [video = []] = await shown(plan);
    const slots = video.map(({ ms }) => ms / slotMs);
    expect(slots).toEqual(Array.from({ length: 350 }, (_, slot) => expect.closeTo(slot, 9) as number));
    expect(slots).toHaveLength(350);
    const recorded = video.flatMap(({ sizeBytes }, slot) => (sizeBytes === 40 ? [slot] : []));
    expect(recorded).toEqual([
      ...Array.from({ length: 50 }, (_, index) => 7 + index),
      ...Array.from({ length: 50 }, (_, index) => 300 + index),
    ]);
  });
});
