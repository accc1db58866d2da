import { afterAll, beforeAll, expect, it } from 'vitest';
import { profiles, type Container } from '#engine/contract/profile.js';
import { expectNothingLost } from '../../fixtures/nothing-lost.js';
import { RecordingHarness } from '../../fixtures/recording-harness.js';

const size = { width: 640, height: 360 };

let harness: RecordingHarness;

beforeAll(async () => {
  harness = await RecordingHarness.open();
});

afterAll(async () => {
  await harness.close();
});

it.each<[Container, string, string]>([
  ['mkv', 'h264', 'aac'],
  ['webm', 'vp8', 'opus'],
])('records %s as %s and %s', async (container, videoCodec, audioCodec) => {
  const take = await harness.record({
    profile: { ...profiles.source, container },
    participants: [{ identity: 'ada', camera: { ...size, fps: 30 } }],
    during: async ({ until }) => {
      await until(8);
    },
  });
  const file = take.file('ada');
  expect(file).toMatchObject({
    file: `ada.${container}`,
    state: 'verified',
    videoCodec,
    audioCodec,
    canvas: size,
  });
  const content = await take.content('ada', [size]);
  expectNothingLost(file, content);
  expect(content.pairsFoundRatio).toBeGreaterThanOrEqual(0.85);
  // Seven pairs give no percentile; that no container shifts audio against frame shows in the median.
  expect(Math.abs(content.offset?.medianMs ?? Infinity)).toBeLessThanOrEqual(45);
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
