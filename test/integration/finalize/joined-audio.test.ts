import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Container } from '#engine/contract/profile.js';
import { codecNames } from '#engine/ffmpeg/ffmpeg-arguments.js';
import { findFfmpeg } from '#engine/ffmpeg/ffmpeg-binary.js';
import { listMedia } from '#engine/ffmpeg/media-listing.js';
import { assemble } from '#engine/finalize/assemble.js';
import { audioFraming } from '#engine/finalize/timeline-plan.js';
import { useInstalledFfmpeg } from '../../fixtures/installed-ffmpeg.js';
import { readingMs, toneAndLevels } from '../../fixtures/plain-content.js';
import { canvas, constantProfileFor, findBeeps, profileFor, writeSegment } from './finalize-fixture.js';

useInstalledFfmpeg();

const humHz = 440;
const slotMs = 1000 / 30;
/** Times of Matroska are whole milliseconds. */
const roundingMs = 1;
/** A segment's encoder begins anew, and one whose padding is cut off ends in the middle of a packet. */
const seamMs = 45;

type Sample = 'heard' | 'seen' | 'outlasted';

interface Recorded {
  readonly durationMs: number;
  readonly withVideo?: boolean;
  readonly audioLacksMs?: number;
}

/** None of them ends with a packet. In the last one a frame outlasts the audio, as when an encoder dies. */
const samples: Record<Sample, Recorded> = {
  heard: { durationMs: 1_990, withVideo: false },
  seen: { durationMs: 2_010 },
  outlasted: { durationMs: 2_000, audioLacksMs: 60 },
};

/** Slots of 30 fps from the end of the one before: 0 = at once. */
type Place = readonly [afterSlots: number, sample: Sample];

const kinds: readonly [string, readonly Place[]][] = [
  [
    'audio, silence, audio',
    [
      [0, 'heard'],
      [50, 'heard'],
      [52, 'heard'],
    ],
  ],
  [
    'audio, and a camera at once',
    [
      [0, 'heard'],
      [0, 'seen'],
    ],
  ],
  [
    'frames that outlast the audio before silence',
    [
      [0, 'outlasted'],
      [40, 'seen'],
      [44, 'outlasted'],
    ],
  ],
  [
    'a camera, and audio alone at once',
    [
      [0, 'seen'],
      [0, 'heard'],
    ],
  ],
  [
    'a packet of silence',
    [
      [0, 'seen'],
      [1, 'seen'],
    ],
  ],
  [
    'a late join, and many seams',
    [
      [31, 'heard'],
      [0, 'seen'],
      [37, 'outlasted'],
      [43, 'outlasted'],
      [41, 'heard'],
      [44, 'outlasted'],
      [47, 'seen'],
    ],
  ],
];

let folder: string;
let ffmpegPath: string;

beforeAll(async () => {
  ffmpegPath = (await findFfmpeg()).path;
  folder = await mkdtemp(join(tmpdir(), 'plateau-joined-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Where each recording stands by the clock of the take. */
interface Stood {
  readonly startMs: number;
  readonly audioEndMs: number;
}

async function joined(
  container: Container,
  isConstant: boolean,
  places: readonly Place[],
): Promise<{ path: string; stood: readonly Stood[] }> {
  const targetFile = `ada.${container}`;
  const stood: Stood[] = [];
  const segments: { file: string; startMs: number; endMs: number }[] = [];
  let slot = 0;
  for (const [index, [afterSlots, sample]] of places.entries()) {
    const { audioLacksMs = 0, durationMs } = samples[sample];
    slot += afterSlots;
    const startMs = slot * slotMs;
    const endMs = startMs + durationMs;
    // Whoever follows at once begins in the next slot, and the audio before goes on until there.
    slot = Math.ceil(endMs / slotMs - 1e-6);
    stood.push({ startMs, audioEndMs: endMs - audioLacksMs });
    const file = `ada.part${index + 1}.${container}`;
    await copyFile(join(folder, sampleFile(container, isConstant, sample)), join(folder, file));
    segments.push({ file, startMs, endMs });
  }
  const profile = isConstant ? constantProfileFor(container) : profileFor(container);
  const hasVideo = places.some(([, sample]) => sample !== 'heard');
  const result = await assemble({
    ...{ folder, targetFile, ffmpegPath, profile, segments, canvas: hasVideo ? canvas : null },
  });
  expect(result).toMatchObject({ state: 'verified', remarks: [] });
  await rm(join(folder, `.${targetFile}.finished`), { force: true });
  return { path: join(folder, targetFile), stood };
}

function sampleFile(container: Container, isConstant: boolean, sample: Sample): string {
  return `${sample}-${isConstant ? 'constant' : 'variable'}.${container}`;
}

/** Beginnings of the audio's packets, in milliseconds. */
async function audioTimes(path: string): Promise<number[]> {
  const times: number[] = [];
  await listMedia({
    ...{ ffmpegPath, path, what: 'packets' },
    onPacket: ({ dtsUs, kind }) => {
      if (kind === 'audio') times.push(dtsUs / 1000);
    },
  });
  return times;
}

describe.each<[Container, boolean]>([
  ['mp4', true],
  ['mp4', false],
  ['mkv', true],
  ['mkv', false],
  ['webm', true],
  ['webm', false],
])('the audio of %s (constant rate: %s)', (container, isConstant) => {
  beforeAll(async () => {
    for (const name of ['heard', 'seen', 'outlasted'] as const) {
      const path = join(folder, sampleFile(container, isConstant, name));
      const rate = name === 'heard' ? {} : { isConstant };
      await writeSegment(path, { container, humHz, ...rate, ...samples[name] });
    }
  });

  const isUsual = container === 'mp4' && isConstant;
  it.each(isUsual ? kinds : kinds.slice(-3))(
    'has no hole, by its time stamps and by its samples: %s',
    async (_, places) => {
      const { path, stood } = await joined(container, isConstant, places);
      const packetMs = audioFraming[codecNames(profileFor(container)).audio].packetUs / 1000;
      const times = await audioTimes(path);
      const steps = times.slice(1).map((ms, index) => ms - (times[index] ?? NaN) - packetMs);
      for (const step of steps) expect(Math.abs(step)).toBeLessThan(packetMs + roundingMs);
      const firstMs = Math.max(0, times[0] ?? NaN);
      for (const [index, ms] of times.entries()) {
        const countedMs = (times[0] ?? NaN) + index * packetMs;
        expect(Math.abs(ms - countedMs), `packet ${index}`).toBeLessThan(packetMs + roundingMs);
      }
      // What a program hears that counts samples: the tone where it was, and nothing where nothing was.
      const { levels, shares } = await toneAndLevels(path, humHz);
      const isAt = (fromMs: number, toMs: number): readonly number[] =>
        shares.slice(
          Math.ceil((fromMs - firstMs + seamMs) / readingMs),
          Math.max(0, Math.floor((toMs - firstMs - seamMs) / readingMs)),
        );
      for (const [index, { audioEndMs, startMs }] of stood.entries()) {
        const tone = isAt(startMs, audioEndMs);
        expect(tone.length).toBeGreaterThanOrEqual(16);
        expect(tone.filter((share) => share <= 0.98)).toEqual([]);
        const silence = isAt(stood[index - 1]?.audioEndMs ?? 0, startMs);
        expect(silence.filter((share) => share > 0)).toEqual([]);
      }
      // Who comes at once cuts nobody off for longer than the encoder's two packets.
      const around = stood.flatMap(({ startMs }, index) =>
        startMs - (stood[index - 1]?.audioEndMs ?? -Infinity) > slotMs
          ? []
          : [levels.slice(Math.floor(startMs / 10) - 10, Math.floor(startMs / 10) + 10)],
      );
      for (const seam of around) {
        expect(seam.filter((level) => level < 4_000).length).toBeLessThanOrEqual(6);
      }
      // And what one hears that follows the time stamps.
      const beepsMs = await findBeeps(path);
      const isBegun = ({ startMs }: Stood, before: Stood | undefined): boolean =>
        startMs - (before?.audioEndMs ?? 0) > 400;
      const begun = stood.filter((one, index) => isBegun(one, stood[index - 1]));
      // The last one is followed by no silence, and not among them.
      for (const { startMs } of begun.slice(0, -1)) {
        const nearest = beepsMs.toSorted((a, b) => Math.abs(a - startMs) - Math.abs(b - startMs))[0] ?? NaN;
        expect(Math.abs(nearest - startMs), `tone at ${startMs}`).toBeLessThanOrEqual(10);
      }
    },
  );
});

it.each([100, 300])('a tone of %i Hz is as loud behind a seam of a webm as before it', async (humHz) => {
  const segments = await Promise.all(
    [0, 2_000].map(async (startMs, index) => {
      const file = `seam-${humHz}.part${index + 1}.webm`;
      const segment = { container: 'webm', durationMs: 2_000, withVideo: false, humHz } as const;
      await writeSegment(join(folder, file), segment);
      return { file, startMs, endMs: startMs + segment.durationMs };
    }),
  );
  const targetFile = `seam-${humHz}.webm`;
  const profile = profileFor('webm');
  await assemble({ ...{ folder, targetFile, ffmpegPath, profile, segments }, canvas: null });
  const { levels } = await toneAndLevels(join(folder, targetFile), humHz);
  // Behind the silence that an encoder begins with.
  const behind = levels.slice((2_000 + seamMs) / 10, 230);
  const loud = levels.slice(100, 150).reduce((sum, level) => sum + level / 50, 0);
  expect(behind.length).toBeGreaterThan(20);
  expect(behind.filter((level) => Math.abs(level / loud - 1) > 0.1)).toEqual([]);
});
