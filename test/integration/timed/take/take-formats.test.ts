import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Container, profiles } from '#engine/contract/profile.js';
import { offsetStatistics } from '#engine/lab/content/content-statistics.js';
import { expectConstantRate } from '../../../fixtures/frame-grid.js';
import { useInstalledFfmpeg } from '../../../fixtures/installed-ffmpeg.js';
import { expectNothingLost } from '../../../fixtures/nothing-lost.js';
import { type FinishedTake, RecordingHarness } from '../../../fixtures/recording-harness.js';
import { judgePairs } from '../../../fixtures/sent-marks.js';
import { expectEnough, SharedTake, timedTest } from '../../../fixtures/timed-test.js';

useInstalledFfmpeg();

const size = { width: 640, height: 360 };

let harness: RecordingHarness;

beforeAll(async () => {
  harness = await RecordingHarness.open();
});

afterAll(async () => {
  await harness.close();
});

describe.each<[Container, string, string]>([
  ['mkv', 'h264', 'aac'],
  ['webm', 'vp8', 'opus'],
])('a take as %s with %s and %s', (container, videoCodec, audioCodec) => {
  const shared = new SharedTake<FinishedTake>(() =>
    harness.record({
      profile: { ...profiles.source, container, frameRate: 'constant', maxFps: 30 },
      participants: [{ identity: 'ada', camera: { ...size, fps: 30 } }],
      during: async ({ until }) => {
        await until(10);
      },
    }),
  );

  it('is one verified file', async () => {
    const take = await shared.get();
    expect(take.file('ada')).toMatchObject({
      file: `ada.${container}`,
      state: 'verified',
      videoCodec,
      audioCodec,
      canvas: size,
    });
  });

  timedTest('has one frame in each slot of 30 fps', shared, async (take) => {
    const { durationMs, repeatedFrames = NaN, stamps, video } = take.file('ada');
    await expectConstantRate(take.path('ada'), durationMs);
    expect(stamps?.intact.packets?.video?.packets).toBe(video.written + repeatedFrames);
  });

  timedTest('loses nothing', shared, async (take) => {
    expectNothingLost(take.file('ada'), await take.content('ada', [size]), take.unsentFrames('ada'));
  });

  timedTest('keeps frame and audio together', shared, async (take) => {
    const { pairs, pairsFoundRatio } = await take.content('ada', [size]);
    expect(pairsFoundRatio).toBeGreaterThanOrEqual(0.85);
    // The take began with its tracks: WebRTC's jitter buffers find their length in the first seconds.
    const settled = pairs.filter(({ flashMs }) => flashMs > 3_000);
    const judged = judgePairs(settled, take.sent('ada'));
    expectEnough(judged, 4);
    // Seven pairs give no percentile. That no container shifts audio against frame is measured to the millisecond where
    // files are put together (constant-rate.test.ts): this is what a room adds, one reading of its jitter buffers a take
    // (sixteen medians: -15 to 32).
    const offset = offsetStatistics(judged.marks);
    expect(Math.abs(offset?.medianMs ?? Infinity)).toBeLessThanOrEqual(40);
  });
});

it('records audio alone, without asking for frames', async () => {
  const take = await harness.record({
    audioOnly: true,
    participants: [{ identity: 'ada', camera: { ...size, fps: 30 } }],
    during: async ({ until }) => {
      await until(6);
    },
  });
  expect(take.events.filter(({ name }) => name === 'trackSubscribed')).toHaveLength(1);
  const file = take.file('ada');
  expect(file).toMatchObject({ file: 'ada.m4a', state: 'verified', videoCodec: null, canvas: null });
  const content = await take.content('ada', [size]);
  expect(content.canvas).toBeNull();
  expect(content.beepOnsetsMs.length).toBeGreaterThanOrEqual(4);
});
