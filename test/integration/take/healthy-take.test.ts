import { afterAll, beforeAll, expect, it } from 'vitest';
import { offsetStatistics } from '#engine/lab/content/content-statistics.js';
import { expectNothingLost } from '../../fixtures/nothing-lost.js';
import { RecordingHarness, type FinishedTake } from '../../fixtures/recording-harness.js';

const large = { width: 1280, height: 720 };
const small = { width: 640, height: 360 };

let harness: RecordingHarness;
let take: FinishedTake;

beforeAll(async () => {
  harness = await RecordingHarness.open();
  take = await harness.record({
    participants: [
      { identity: 'ada', camera: { ...large, fps: 30 } },
      { identity: 'ben', camera: { ...small, fps: 30 } },
    ],
    during: async ({ until }) => {
      await until(25);
    },
  });
});

afterAll(async () => {
  await harness.close();
});

it.each([
  ['ada', large],
  ['ben', small],
])('loses and doubles no frame of %s', async (identity, size) => {
  const content = await take.content(identity, [size]);
  expectNothingLost(take.file(identity), content);
  expect(content.frames.length).toBeGreaterThan(19 * 30);
});

it.each([
  ['ada', large],
  ['ben', small],
])('keeps frame and audio of %s together', async (identity, size) => {
  const { pairs, pairsFoundRatio, flashOnsetsMs } = await take.content(identity, [size]);
  expect(flashOnsetsMs.length).toBeGreaterThanOrEqual(18);
  expect(pairsFoundRatio).toBeGreaterThanOrEqual(0.95);
  // The take began with its tracks: WebRTC's jitter buffers find their length in the first seconds.
  const settled = pairs.filter(({ flashMs }) => flashMs > 8_000);
  expect(settled.length).toBeGreaterThanOrEqual(14);
  const offset = offsetStatistics(settled);
  expect(offset?.p95AbsAfterMedianMs).toBeLessThanOrEqual(25);
  // What remains is far from what anybody sees (ITU-R BT.1359: 45 ms early to 125 ms late).
  expect(Math.abs(offset?.medianMs ?? Infinity)).toBeLessThanOrEqual(25);
  for (const { offsetMs } of pairs) expect(Math.abs(offsetMs)).toBeLessThan(125);
});

it('finalizes and verifies every file within 2 s', () => {
  expect(take.manifest.state).toBe('complete');
  expect(take.manifest.files.map(({ file, state }) => [file, state]).sort()).toEqual([
    ['ada.mp4', 'verified'],
    ['ben.mp4', 'verified'],
  ]);
  expect(take.stopMs).toBeLessThan(2000);
});

it('accounts for each frame and each frame of audio', () => {
  for (const { video, audio } of take.manifest.files) {
    for (const account of [video, audio]) {
      const dropped = Object.values(account.dropped).reduce((sum, count) => sum + count, 0);
      expect(account.received).toBe(account.written + dropped);
      expect(account.queued).toBe(0);
      // What arrives between the stop and leaving the room is the only loss of a healthy take.
      expect(dropped).toBe(account.dropped.notRecording);
    }
  }
  expect(take.snapshots.length).toBeGreaterThan(50);
});

it('leaves nothing native behind', () => {
  expect(take.resourceLeaks).toEqual({ orphanedFrames: 0, openStreams: 0, nativeFrames: 0 });
});

it('says how it connected and what it subscribed to', () => {
  const messages = take.events.map(({ message }) => message);
  expect(
    messages.some((message) => /^Connected to room with auto_subscribe=false: \S+ on \S+$/.test(message)),
  ).toBe(true);
  expect(take.events.filter(({ name }) => name === 'trackSubscribed')).toHaveLength(4);
});

it('tells what the network delivered, how late the loop was, and the verdict so far', () => {
  const late = take.snapshots.filter(({ state, takeMs }) => state === 'recording' && (takeMs ?? 0) > 10_000);
  const last = late.at(-1);
  expect(last?.sinks).toHaveLength(2);
  for (const { file, inputBytes, video, audio, writtenBytes } of last?.sinks ?? []) {
    // Frames of more than 100 kbit/s and Opus arrived, unlost on this machine.
    expect(video?.rtc?.bitsPerSecond, file).toBeGreaterThan(100_000);
    expect(audio.rtc?.bitsPerSecond, file).toBeGreaterThan(5_000);
    expect(video?.rtc?.packetsLost).toBe(0);
    expect(video?.rtc?.receivedBytes).toBeGreaterThan(audio.rtc?.receivedBytes ?? Infinity);
    // Raw frames of 640x360 at 30 a second for 10 s at the least.
    expect(inputBytes).toBeGreaterThan(10 * 30 * 640 * 360 * 1.5);
    expect(inputBytes).toBeGreaterThan(writtenBytes);
  }
  expect(last?.eventLoop.p99Ms).toBeGreaterThanOrEqual(last?.eventLoop.p50Ms ?? Infinity);
  expect(last?.eventLoop.maxMs).toBeLessThan(1000);
  expect(last?.verdict).toMatchObject({ windowMs: 0, main: { verdict: 'undecided' }, renderer: null });
});
