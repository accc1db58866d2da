import { join } from 'node:path';
import { expect } from 'vitest';
import { isBalanced } from '#engine/contract/drop-causes.js';
import type { Manifest } from '#engine/contract/manifest.js';
import { analyseTakeContent, type TakeContent } from '#engine/lab/content/take-content.js';
import type { Recorder } from '#engine/recorder/recorder.js';
import { readManifest } from '#engine/storage/manifest-file.js';
import { type FinishedTake, smallProfile } from '../../../fixtures/recording-harness.js';
import { shareHarness } from '../../../fixtures/shared-harness.js';
import { SharedTake, timedTest } from '../../../fixtures/timed-test.js';

const size = { width: 320, height: 180 };
const seconds = 3;

interface SavedReplay {
  readonly manifest: Manifest;
  readonly content: TakeContent;
  /** Milliseconds of the wall clock. */
  readonly savedAtMs: number;
}

/** What was saved before the take, and what in the midst of it. */
interface Recorded {
  readonly take: FinishedTake;
  readonly idle: SavedReplay;
  readonly during: SavedReplay;
  readonly overload: string | null;
}

const harness = shareHarness();
const shared = new SharedTake(() => record());

async function save(recorder: Recorder, outputFolder: string): Promise<SavedReplay> {
  const savedAtMs = Date.now();
  const { takeName } = await recorder.replay.save(outputFolder);
  await recorder.checks.done();
  const folder = join(outputFolder, takeName);
  const manifest = await readManifest(folder);
  const content = await analyseTakeContent(join(folder, manifest.files[0]?.file ?? ''), { frames: [size] });
  return { manifest, content, savedAtMs };
}

/** Resolves when the buffer's own encoders have run for so long. */
function encoded(recorder: Recorder, lengthMs: number): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if ((recorder.replay.idle?.clock.nowMs() ?? 0) < lengthMs) return;
      recorder.off('snapshot', look);
      resolve();
    };
    recorder.on('snapshot', look);
  });
}

async function record(): Promise<Recorded> {
  const saved: SavedReplay[] = [];
  let folder = '';
  const take = await harness.record({
    participants: [{ identity: 'ada', camera: { ...size, fps: 30 } }],
    joined: async (recorder, outputFolder) => {
      folder = outputFolder;
      const request = { seconds, profile: smallProfile, audioOnly: false, participants: null };
      recorder.replay.set(request);
      // Beyond what it keeps: the oldest is gone, and it is cut in the midst.
      await encoded(recorder, 7_600);
      saved.push(await save(recorder, outputFolder));
    },
    during: async ({ recorder, until }) => {
      await until(2);
      saved.push(await save(recorder, folder));
      await until(3.5);
    },
  });
  const [idle, during] = saved;
  if (idle === undefined || during === undefined) throw new Error('nothing was saved');
  return { take, idle, during, overload: take.overload };
}

function assertWhole({ content, manifest }: SavedReplay): void {
  const [file] = manifest.files;
  expect(manifest.files).toHaveLength(1);
  expect(file).toMatchObject({ identity: 'ada', state: 'verified', file: 'ada.mp4' });
  expect(file?.stamps?.intact).toMatchObject({ isEarned: true });
  expect(manifest.state).toBe('complete');
  // All that was asked for, and no more than the way back to a key frame.
  expect(manifest.durationMs).toBeGreaterThanOrEqual(seconds * 1000);
  expect(manifest.durationMs).toBeLessThan(seconds * 1000 + 2_500);
  expect(Math.abs((file?.durationMs ?? NaN) - (manifest.durationMs ?? NaN))).toBeLessThan(100);
  if (file === undefined) return;
  expect(isBalanced(file.video) && isBalanced(file.audio)).toBe(true);
  const packets = file.segments.reduce((sum, segment) => sum + (segment.packets?.video?.packets ?? 0), 0);
  expect(file.video.written + (file.repeatedFrames ?? 0)).toBe(packets);
  expect(content.counters.backwards).toEqual([]);
}

timedTest('saves the last seconds as a verified take while nothing is recorded', shared, ({ idle }) => {
  assertWhole(idle);
  const { content, manifest, savedAtMs } = idle;
  expect(manifest.replay).toMatchObject({ askedMs: seconds * 1000, takeName: null });
  expect(manifest.files[0]?.segments).toHaveLength(1);
  const counters = content.frames.flatMap(({ counter }) => (counter === null ? [] : [counter]));
  // The camera is there from the first frame to the last, and loses none between.
  expect(content.frames.length - counters.length).toBeLessThanOrEqual(1);
  expect(new Set(counters).size).toBeGreaterThanOrEqual((counters.at(-1) ?? 0) - (counters[0] ?? 0) - 2);
  const endMs = Date.parse(manifest.startedAt) + (manifest.durationMs ?? NaN);
  expect(Math.abs(savedAtMs - endMs)).toBeLessThan(2_000);
});

timedTest('holds flash and beep together', shared, ({ idle }) => {
  expect(idle.content.pairs.length).toBeGreaterThanOrEqual(2);
  for (const { offsetMs } of idle.content.pairs) expect(Math.abs(offsetMs)).toBeLessThan(100);
});

timedTest('goes back beyond the start of a take, and leaves that as it is', shared, async (recorded) => {
  const { during, take } = recorded;
  assertWhole(during);
  const { content, manifest } = during;
  expect(manifest.replay?.takeName).toBe(take.manifest.takeName);
  expect(Date.parse(manifest.startedAt)).toBeLessThan(take.startedAtMs);
  // Encoders of its own, and then the take's: no third one ran beside them.
  expect(manifest.files[0]?.segments.length).toBeGreaterThanOrEqual(2);
  const whole = await take.content('ada', [size]);
  const wallClock = ({ frames }: TakeContent, startedAtMs: number): Map<number, number> =>
    new Map(
      frames.flatMap(({ counter, ptsMs }) => (counter === null ? [] : [[counter, startedAtMs + ptsMs]])),
    );
  const inTake = wallClock(whole, take.startedAtMs);
  const inReplay = wallClock(content, Date.parse(manifest.startedAt));
  const apart = [...inReplay].flatMap(([counter, atMs]) => {
    const other = inTake.get(counter);
    return other === undefined ? [] : [Math.abs(atMs - other)];
  });
  expect(apart.length).toBeGreaterThan(30);
  expect(Math.max(...apart)).toBeLessThan(60);
  expect(take.file('ada')).toMatchObject({ state: 'verified' });
  expect(take.file('ada').segments).toHaveLength(1);
});

timedTest('says what it costs: its bytes, its cap, and a line of the budget', shared, ({ take }) => {
  const states = take.snapshots.flatMap(({ replay }) => (replay === undefined ? [] : [replay]));
  // Before anything is kept it has none, for less than the second from one snapshot to the next.
  const sources = new Set(states.map(({ source }) => source).filter((source) => source !== 'none'));
  expect(sources).toEqual(new Set(['ownEncoders', 'take']));
  for (const { capBytes, heldBytes } of states) expect(heldBytes).toBeLessThanOrEqual(capBytes);
  expect(Math.max(...states.map(({ heldBytes }) => heldBytes))).toBeGreaterThan(50_000);
  expect(take.resourceLeaks).toEqual({ orphanedFrames: 0, openStreams: 0, nativeFrames: 0 });
});
