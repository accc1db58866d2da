import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { isBalanced } from '#engine/contract/drop-causes.js';
import { analyseTakeContent } from '#engine/lab/content/take-content.js';
import { readManifest } from '#engine/storage/manifest-file.js';
import { between, toneShares } from '../../../fixtures/plain-content.js';
import { PlainParticipant } from '../../../fixtures/plain-participant.js';
import type { FinishedTake } from '../../../fixtures/recording-harness.js';
import { shareHarness } from '../../../fixtures/shared-harness.js';
import { SharedTake, timedTest } from '../../../fixtures/timed-test.js';

const size = { width: 320, height: 180 };
const slotMs = 1000 / 30;

/** A take that was split, and where its parts begin. */
interface Recorded {
  readonly take: FinishedTake;
  readonly cutsMs: readonly number[];
  readonly overload: string | null;
}

const harness = shareHarness();
const others: string[] = [];

afterAll(async () => {
  for (const folder of others) await rm(folder, { recursive: true, force: true });
});

const shared = new SharedTake(() => record());

/**
 * Goes on in another folder, then split twice within a second; somebody comes in the second part, and a stop follows a split
 * at once.
 */
async function record(): Promise<Recorded> {
  const people: PlainParticipant[] = [];
  const other = await mkdtemp(join(tmpdir(), 'plateau-other-'));
  others.push(other);
  const cutsMs: number[] = [];
  const take = await harness.record({
    participants: [{ identity: 'ada', camera: { ...size, fps: 30 } }],
    during: async ({ recorder, until, plainRoom }) => {
      const split = async (): Promise<void> => {
        cutsMs.push((await recorder.splitTake()).takeMs);
      };
      await until(5);
      // In the next part as well; the files of both folders are one take.
      cutsMs.push((await recorder.moveTake(join(other, 'takes'))).takeMs);
      await until(7);
      const cy = await PlainParticipant.join(plainRoom, 'cy');
      people.push(cy);
      await cy.publishTone(440);
      await until(9);
      await Promise.all([split(), split()]);
      await until(13);
      await recorder.splitTake();
    },
  });
  for (const person of people) await person.leave();
  return { take, cutsMs, overload: take.overload };
}

/** Where a file of the take is. */
function pathOf({ take: { folder, manifest } }: Recorded, file: string, part: number | undefined): string {
  return join((part === 1 ? folder : manifest.folders?.[1]?.path) ?? '', file);
}

function filesOf({ take }: Recorded, identity: string): FinishedTake['manifest']['files'] {
  return take.manifest.files.filter((file) => file.identity === identity);
}

timedTest('makes files of their own, all cut at the same moment', shared, (recorded) => {
  const { cutsMs, take } = recorded;
  const [ada, cy] = [filesOf(recorded, 'ada'), filesOf(recorded, 'cy')];
  expect(ada.map(({ file }) => file)).toEqual(['ada.mp4', 'ada-part2.mp4', 'ada-part3.mp4', 'ada-part4.mp4']);
  expect(cy.map(({ file }) => file)).toEqual(['cy-part2.m4a', 'cy-part3.m4a', 'cy-part4.m4a']);
  for (const files of [ada, cy]) {
    for (const { part, segments, state } of files) {
      const startMs = [0, ...cutsMs][(part?.number ?? 0) - 1];
      const endMs = cutsMs[(part?.number ?? 0) - 1] ?? null;
      expect({ part, state }).toMatchObject({ part: { startMs, endMs }, state: 'verified' });
      expect(segments.at(-1)?.endMs).toBe(endMs ?? segments.at(-1)?.endMs);
    }
  }
  for (const { durationMs, part } of [...ada, ...cy]) {
    const endMs = part?.endMs ?? take.manifest.durationMs ?? NaN;
    const overMs = (durationMs ?? NaN) - (endMs - (part?.startMs ?? NaN));
    // At a cut, exactly. At the stop the last slot begins before it, and one more write keeps ffmpeg from repeating it.
    expect(Math.abs(overMs)).toBeLessThan(part?.endMs === null ? 2 * slotMs + 1 : 1);
  }
  expect(take.manifest.state).toBe('complete');
});

timedTest(
  'has a manifest in each folder, which names both and lists the files that are there',
  shared,
  async (recorded) => {
    const { cutsMs, take } = recorded;
    const paths = take.manifest.folders?.map(({ path }) => path) ?? [];
    const manifests = await Promise.all(paths.map((path) => readManifest(path)));
    expect(paths[0]).toBe(take.folder);
    for (const [index, { files, folders, state }] of manifests.entries()) {
      expect(state).toBe('complete');
      expect(files.length).toBeGreaterThan(0);
      expect(files.every(({ part }) => (part?.number === 1) === (index === 0))).toBe(true);
      expect(folders?.map(({ isThis, path }) => [path, isThis])).toEqual(
        paths.map((path, at) => [path, at === index]),
      );
      expect(folders?.[1]).toMatchObject({
        ...{ fromPart: 2, fromMs: Math.round(cutsMs[0] ?? NaN) },
        moved: { code: 'chosen', lostFrames: 0, lostAudioMs: 0 },
      });
    }
    expect(manifests).toHaveLength(2);
  },
);

timedTest('finishes and checks a part while the next one is recorded', shared, ({ take }) => {
  const usable = take.events.filter(({ name }) => name === 'partUsable');
  expect(usable.length).toBeGreaterThan(1);
  expect(usable[0]?.takeMs ?? Infinity).toBeLessThan(take.manifest.durationMs ?? 0);
});

timedTest('loses no frame at a cut, and shows none twice', shared, async (recorded) => {
  const counters: number[] = [];
  const starts: number[] = [];
  for (const file of filesOf(recorded, 'ada')) {
    const content = await analyseTakeContent(pathOf(recorded, file.file, file.part?.number), {
      frames: [size],
    });
    const seen = content.frames.flatMap(({ counter }) => (counter === null ? [] : [counter]));
    expect({ ...content.counters, of: file.file }).toMatchObject({ backwards: [] });
    starts.push(counters.length);
    counters.push(...seen);
    const { audio, video } = file;
    expect(isBalanced(video) && isBalanced(audio)).toBe(true);
    expect([video.queued, audio.queued]).toEqual([0, 0]);
    expect(seen.length - content.counters.duplicated.length).toBe(video.written);
    const { dropped } = video;
    expect(dropped.queueFull + dropped.sinkFailed + dropped.outOfOrder + dropped.encoderLost).toBe(0);
    expect(file.stamps?.complete).toMatchObject({ grade: 'complete' });
    expect(file.stamps?.intact).toMatchObject({ isEarned: true });
  }
  expect(starts).toHaveLength(4);
  for (const index of starts.slice(1)) {
    // Two frames of one slot are one too many, as anywhere.
    const step = (counters[index] ?? NaN) - (counters[index - 1] ?? NaN);
    expect(step).toBeGreaterThanOrEqual(1);
    expect(step).toBeLessThanOrEqual(2);
  }
});

timedTest('has no hole in the audio at a cut', shared, async (recorded) => {
  const files = filesOf(recorded, 'cy');
  for (const [index, file] of files.entries()) {
    const shares = await toneShares(pathOf(recorded, file.file, file.part?.number), 440);
    const length = (file.durationMs ?? 0) / 1000;
    const [from, to] = [index === 0 ? 3.5 : 0.1, length - 0.2];
    expect(between(shares, from, to).filter((share) => share < 0.5).length).toBeLessThanOrEqual(1);
  }
});
