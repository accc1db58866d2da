import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { profiles } from '#engine/contract/profile.js';
import { offsetStatistics } from '#engine/lab/content/content-statistics.js';
import { expectConstantRate } from '../../../fixtures/frame-grid.js';
import { expectNothingLost } from '../../../fixtures/nothing-lost.js';
import { phaseJumps } from '../../../fixtures/phase-jumps.js';
import { type FinishedTake, RecordingHarness } from '../../../fixtures/recording-harness.js';
import { inOneCadence, judgePairs } from '../../../fixtures/sent-marks.js';
import { silentTailMs } from '../../../fixtures/silent-tail.js';
import { expectEnough, SharedTake, timedTest } from '../../../fixtures/timed-test.js';

const large = { width: 1280, height: 720 };
const small = { width: 640, height: 360 };
const slotMs = 1000 / 30;

let harness: RecordingHarness;
let take: FinishedTake;

const shared = new SharedTake(() =>
  harness.record({
    profile: profiles['720p30'],
    participants: [
      { identity: 'ada', camera: { ...large, fps: 30 } },
      { identity: 'ben', camera: { ...small, fps: 30 } },
    ],
    during: async ({ until }) => {
      await until(25);
    },
  }),
);

beforeAll(async () => {
  harness = await RecordingHarness.open();
  take = await shared.get();
});

afterAll(async () => {
  await harness.close();
});

for (const [identity, size] of [
  ['ada', large],
  ['ben', small],
] as const) {
  timedTest(`loses and doubles no frame of ${identity}`, shared, async (timed) => {
    const content = await timed.content(identity, [size]);
    expectNothingLost(timed.file(identity), content, timed.unsentFrames(identity));
    expect(content.frames.length).toBeGreaterThan(19 * 30);
  });

  timedTest(`keeps frame and audio of ${identity} together`, shared, async (timed) => {
    const { frames, pairs, pairsFoundRatio, flashOnsetsMs } = await timed.content(identity, [size]);
    // A clip has a key frame at each whole second, and the subscription may just have missed one.
    expect(frames.find(({ counter }) => counter !== null)?.ptsMs).toBeLessThan(2_000);
    expect(flashOnsetsMs.length).toBeGreaterThanOrEqual(18);
    expect(pairsFoundRatio).toBeGreaterThanOrEqual(0.95);
    const sent = timed.sent(identity);
    for (const { offsetMs } of judgePairs(pairs, sent, slotMs).marks)
      expect(Math.abs(offsetMs)).toBeLessThan(125);
    // The take began with its tracks: WebRTC's jitter buffers find their length in the first seconds.
    const settledPairs = pairs.filter(({ flashMs }) => flashMs > 8_000);
    const settled = judgePairs(inOneCadence(settledPairs, frames, slotMs), sent, slotMs);
    expectEnough(settled, 14);
    expect(settled.marks.length).toBeGreaterThanOrEqual(14);
    const offset = offsetStatistics(settled.marks);
    const found = `${settled.marks.map(({ flashMs, offsetMs }) => `${flashMs.toFixed(0)}: ${offsetMs.toFixed(0)}`).join(', ')}; in the file ${settledPairs.map(({ flashMs, beepMs }) => `${flashMs.toFixed(0)} ${beepMs.toFixed(0)}`).join(', ')}`;
    expect(offset?.p95AbsAfterMedianMs, found).toBeLessThanOrEqual(25);
    expect(Math.abs(offset?.medianMs ?? Infinity), found).toBeLessThanOrEqual(25);
    // Where they really stand. Nobody sees 45 ms early to 125 ms late (ITU-R BT.1359); taken as strictly to both sides.
    for (const { offsetMs } of judgePairs(settledPairs, sent, slotMs).marks)
      expect(Math.abs(offsetMs)).toBeLessThanOrEqual(45);
  });
}

timedTest('writes what goes on sample for sample: a hum keeps its phase', shared, async (timed) => {
  const { beepOnsetsMs } = await timed.content('ada', [large]);
  // 100 ms each, and what a codec spreads around them.
  const isHum = (fromMs: number, toMs: number): boolean =>
    fromMs > 5_000 &&
    toMs < 24_000 &&
    beepOnsetsMs.every((onsetMs) => toMs < onsetMs - 30 || fromMs > onsetMs + 150);
  const jumps = await phaseJumps(timed.path('ada'), 220, isHum);
  expect(jumps.length).toBeGreaterThan(1_000);
  expect(jumps.filter(({ jumpMs }) => jumpMs >= 0.1)).toEqual([]);
});

timedTest(
  'has what was on its way at the stop: a hum and new frames to the very end',
  shared,
  async (timed) => {
    // ffmpeg's AAC encoder leaves up to a frame of 1,024 samples silent at the end of what it was given.
    expect(await silentTailMs(timed.path('ada'))).toBeLessThan(25);
    const { frames } = await timed.content('ada', [large]);
    const counters = frames.slice(-4).map(({ counter }) => counter ?? NaN);
    expect(new Set(counters).size, counters.join(' ')).toBeGreaterThanOrEqual(3);
  },
);

it('finalizes and verifies every file', () => {
  expect(take.manifest.state).toBe('complete');
  expect(take.manifest.files.map(({ file, state }) => [file, state]).sort()).toEqual([
    ['ada.mp4', 'verified'],
    ['ben.mp4', 'verified'],
  ]);
});

timedTest('has one frame in each slot of 30 fps', shared, async (timed) => {
  for (const { file, durationMs } of timed.manifest.files)
    await expectConstantRate(join(timed.folder, file), durationMs);
});

it('says which frames are shown again', () => {
  for (const { stamps, video, repeatedFrames = NaN } of take.manifest.files) {
    expect(stamps?.intact.packets?.video?.packets).toBe(video.written + repeatedFrames);
  }
});

timedTest('finds a slot for nearly each frame, and a frame for nearly each slot', shared, (timed) => {
  for (const { video, repeatedFrames = NaN } of timed.manifest.files) {
    expect(video.dropped.paced).toBeLessThanOrEqual(0.02 * video.received);
    // The camera’s first second, and the last slots of the take, which no frame had reached.
    expect(repeatedFrames).toBeLessThanOrEqual(75);
  }
});

timedTest('takes no longer than 2 s to do so', shared, (timed) => {
  expect(timed.stopMs).toBeLessThan(2000);
});

const droppedOf = ({ dropped }: FinishedTake['manifest']['files'][number]['video']): number =>
  Object.values(dropped).reduce((sum, count) => sum + count, 0);

it('accounts for each frame and each frame of audio', () => {
  for (const { video, audio } of take.manifest.files) {
    for (const account of [video, audio]) {
      expect(account.received).toBe(account.written + droppedOf(account));
      expect(account.queued).toBe(0);
    }
  }
  expect(take.snapshots.length).toBeGreaterThan(50);
});

timedTest('earns both stamps', shared, (timed) => {
  for (const { stamps, segments } of timed.manifest.files) {
    expect(stamps?.intact).toMatchObject({ isEarned: true, problem: null });
    expect(stamps?.complete).toMatchObject({ isEarned: true, grade: 'complete', problem: null, gaps: 0 });
    // One segment and no black: the file holds what its encoder wrote, and nothing else.
    if (segments[0]?.startMs === 0) expect(stamps?.intact.packets).toEqual(segments[0].packets);
  }
});

timedTest('drops nothing but what arrives between the stop and leaving the room', shared, (timed) => {
  for (const { video, audio } of timed.manifest.files) {
    for (const account of [video, audio])
      expect(droppedOf(account)).toBe(account.dropped.notRecording + account.dropped.paced);
  }
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
    // Frames of more than 100 kbit/s and Opus arrived.
    expect(video?.rtc?.bitsPerSecond, file).toBeGreaterThan(100_000);
    expect(audio.rtc?.bitsPerSecond, file).toBeGreaterThan(5_000);
    expect(video?.rtc?.receivedBytes).toBeGreaterThan(audio.rtc?.receivedBytes ?? Infinity);
    // Raw frames of 640x360 at 30 a second for 10 s at the least.
    expect(inputBytes).toBeGreaterThan(10 * 30 * 640 * 360 * 1.5);
    expect(inputBytes).toBeGreaterThan(writtenBytes);
  }
  expect(last?.eventLoop.p99Ms).toBeGreaterThanOrEqual(last?.eventLoop.p50Ms ?? Infinity);
  expect(last?.verdict).toMatchObject({ windowMs: 0, main: { verdict: 'undecided' }, renderer: null });
});

timedTest('loses no packet and keeps its event loop turning', shared, (timed) => {
  const recording = timed.snapshots.filter(
    ({ state, takeMs }) => state === 'recording' && (takeMs ?? 0) > 10_000,
  );
  const last = recording.at(-1);
  expect(last?.sinks).toHaveLength(2);
  for (const { video } of last?.sinks ?? []) expect(video?.rtc?.packetsLost).toBe(0);
  expect(last?.eventLoop.maxMs).toBeLessThan(1000);
});
