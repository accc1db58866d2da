import { join } from 'node:path';
import { VideoRotation } from '@livekit/rtc-ffi-bindings';
import { expect } from 'vitest';
import { profiles } from '#engine/contract/profile.js';
import { expectConstantRate } from '../../../fixtures/frame-grid.js';
import { between, colorsOf, levelsOf, readingMs, toneShares } from '../../../fixtures/plain-content.js';
import { type PlainCamera, type PlainColor, PlainParticipant } from '../../../fixtures/plain-participant.js';
import type { FinishedTake } from '../../../fixtures/recording-harness.js';
import { shareHarness } from '../../../fixtures/shared-harness.js';
import { SharedTake, timedTest } from '../../../fixtures/timed-test.js';

const red: PlainColor = [81, 90, 240];
const blue: PlainColor = [41, 240, 110];
/** Of AAC at 48 kHz, rounded up. */
const packetMs = 22;
const lying = { width: 320, height: 180, fps: 10 };

/** A take, and when, in seconds of it, something was done in the room. */
interface Recorded {
  readonly take: FinishedTake;
  readonly atS: { cameraOn: number; turned: number };
  readonly overload: string | null;
}

const harness = shareHarness();

const shared = new SharedTake(() => record());

/** Ada gets a camera later, ben only speaks, and cy holds a phone upright, then lays it down while it goes on. */
async function record(): Promise<Recorded> {
  const atS = { cameraOn: 0, turned: 0 };
  const people: PlainParticipant[] = [];
  let phone: PlainCamera | undefined;
  const finished = await harness.record({
    profile: { ...profiles.source, frameRate: 'constant', maxFps: 30 },
    participants: [],
    before: async (room) => {
      for (const identity of ['ada', 'ben', 'cy']) people.push(await PlainParticipant.join(room, identity));
      const [ada, ben, cy] = people;
      await ada?.publishTone(440);
      await ben?.publishTone(660);
      phone = await cy?.publishVideo({ ...lying, color: red, rotation: VideoRotation.VIDEO_ROTATION_90 });
    },
    during: async ({ recorder, until }) => {
      const now = (): number => (recorder.snapshot().takeMs ?? NaN) / 1000;
      const [ada] = people;
      await until(3);
      atS.cameraOn = now();
      // It declares another size than it has.
      await ada?.publishVideo({
        ...lying,
        width: 480,
        height: 320,
        color: blue,
        declared: { width: 160, height: 90 },
      });
      await until(5);
      await phone?.turn(VideoRotation.VIDEO_ROTATION_0);
      atS.turned = now();
      await until(9);
    },
  });
  for (const somebody of people) await somebody.leave();
  return { take: finished, atS, overload: finished.overload };
}

const near = (color: PlainColor) => (other: readonly number[]) =>
  color.every((value, index) => Math.abs(value - (other[index] ?? 0)) <= 24);
const isNot =
  (is: (color: readonly number[]) => boolean) =>
  (color: readonly number[]): boolean =>
    !is(color);
const isBlack = ([y]: readonly number[]): boolean => (y ?? 255) <= 20;

timedTest('records who only speaks into a file of audio', shared, ({ take }) => {
  expect(take.file('ben')).toMatchObject({
    file: 'ben.m4a',
    state: 'verified',
    canvas: null,
    videoCodec: null,
  });
});

timedTest('lets a camera join the file of who has spoken before', shared, async ({ atS, take }) => {
  const file = take.file('ada');
  expect(file).toMatchObject({ file: 'ada.mp4', state: 'verified', canvas: { width: 480, height: 320 } });
  expect(file.segments.map((segment) => segment.file)).toEqual(['ada.m4a', 'ada.mp4']);
  const [audio, video] = file.segments;
  expect(video?.startMs).toBe(audio?.endMs);
  const path = join(take.folder, file.file);
  await expectConstantRate(path, file.durationMs);
  const colors = await colorsOf(path);
  expect(between(colors, 0, atS.cameraOn).filter(isNot(isBlack))).toEqual([]);
  // Its first frame has started the segment, and comes as soon as ffmpeg stands.
  const joinedS = (video?.startMs ?? 0) / 1000;
  expect(between(colors, joinedS + 0.5, 8.5).filter(isNot(near(blue)))).toEqual([]);
  // Nobody is cut off when the camera comes. The encoder begins anew there: one packet of 21 ms fades, and where the
  // two meet the wave may jump, which says nothing of the readings that hold it.
  const shares = await toneShares(path, 440);
  // Ben's tone comes from the same process: what is broken in both at a moment is none of the seam's.
  const besides = await toneShares(join(take.folder, take.file('ben').file), 660);
  const seamMs = video?.startMs ?? 0;
  const seam = Math.floor(seamMs / readingMs);
  const around = [-3, -2, -1, 0, 1, 2, 3]
    .map((reading) => seam + reading)
    .filter((at) => (at + 1) * readingMs < seamMs - packetMs || at * readingMs > seamMs + packetMs)
    .map((at) => ({ at, seamMs, share: shares[at] ?? 0, bensShare: besides[at] ?? 0 }));
  expect(around.length).toBeGreaterThanOrEqual(4);
  expect(around.filter(({ share }) => share <= 0.9)).toEqual([]);
  const levels = (await levelsOf(path)).slice((seam - 2) * 10, (seam + 3) * 10);
  const usual = levels.toSorted((a, b) => a - b)[levels.length / 2] ?? Number.NaN;
  expect(usual).toBeGreaterThan(1_000);
  expect(levels.filter((level) => level < usual / 2).length).toBeLessThanOrEqual(3);
});

timedTest(
  'has the canvas of the first frame, upright, and tells another one',
  shared,
  async ({ atS, take }) => {
    const file = take.file('cy');
    expect(file).toMatchObject({ file: 'cy.mp4', state: 'verified', canvas: { width: 180, height: 320 } });
    expect(file.segments).toHaveLength(1);
    const colors = await colorsOf(join(take.folder, file.file));
    expect(between(colors, 2.5, 4.8).filter(isNot(near(red)))).toEqual([]);
    // Turned in mid-take it lies in the middle, with black above and below, and the canvas stays.
    expect(between(colors, atS.turned + 1.5, 8.5).filter(isNot(near(red)))).toEqual([]);
    const edge = await colorsOf(join(take.folder, file.file), 'top');
    expect(between(edge, 2.5, 4.8).filter(isNot(near(red)))).toEqual([]);
    expect(between(edge, atS.turned + 1.5, 8.5).filter(isNot(isBlack))).toEqual([]);
    const said = take.events.filter(({ name }) => name === 'frameSizeChanged');
    expect(said.map(({ message }) => message)).toEqual([
      'The camera of cy is 320x180 now, and is fitted into the frame of its file.',
    ]);
  },
);

timedTest('has lost nothing on the way, and no error', shared, ({ take }) => {
  for (const { video, audio } of take.manifest.files) {
    for (const account of [video, audio]) {
      const dropped = Object.values(account.dropped).reduce((sum, count) => sum + count, 0);
      expect(account.received).toBe(account.written + dropped);
      expect(account.dropped.queueFull + account.dropped.sinkFailed).toBe(0);
    }
  }
  expect(take.events.filter(({ level }) => level === 'error')).toEqual([]);
  expect(take.resourceLeaks).toEqual({ orphanedFrames: 0, openStreams: 0, nativeFrames: 0 });
});
