import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Profile, profiles } from '#engine/contract/profile.js';
import { verifyFile } from '#engine/finalize/verify.js';
import { offsetStatistics } from '#engine/lab/content/content-statistics.js';
import { expectConstantRate } from '../../../fixtures/frame-grid.js';
import {
  type FinishedTake,
  RecordingHarness,
  type RunningTake,
  type TakePlan,
} from '../../../fixtures/recording-harness.js';
import { judgeFlashes, judgePairs } from '../../../fixtures/sent-marks.js';
import { expectEnough, SharedTake, timedTest } from '../../../fixtures/timed-test.js';
import { videoSegments } from '../../../fixtures/video-segments.js';

const run = promisify(execFile);
const size = { width: 640, height: 360 };
const camera = { ...size, fps: 30 };
const profile: Profile = { ...profiles['720p30'], canvas: size };

let harness: RecordingHarness;

beforeAll(async () => {
  harness = await RecordingHarness.open();
});

afterAll(async () => {
  await harness.close();
});

/** The encoder of the take's only file: the one ffmpeg that writes to a pipe below this process. */
async function encoderPid(): Promise<number> {
  const { stdout } = await run('ps', ['-eo', 'pid=,ppid=,args=']);
  const found = stdout.split('\n').find((line) => {
    const [, parent] = line.trim().split(/\s+/);
    return Number(parent) === process.pid && line.includes('-i pipe:0');
  });
  const pid = Number(found?.trim().split(/\s+/)[0]);
  if (!Number.isInteger(pid)) throw new Error('no encoder is running');
  return pid;
}

function maxRss(take: RunningTake): number {
  return take.recorder.snapshot().memory.rssBytes;
}

/** Recorded when the test begins, and once more where the machine could not carry it. */
function takeOf(plan: () => TakePlan): SharedTake<FinishedTake> {
  return new SharedTake(() => harness.record(plan()));
}

/** Flashes stand at the whole seconds at which they were sent. */
function expectOnTheSecond(take: FinishedTake, flashesMs: readonly number[], atLeast: number): void {
  const judged = judgeFlashes(flashesMs, take.sent('ada'));
  expectEnough(judged, atLeast);
  expect(judged.marks.length).toBeGreaterThanOrEqual(atLeast);
  for (const flashMs of judged.marks) {
    const wallMs = take.startedAtMs + flashMs;
    expect(Math.abs(wallMs - Math.round(wallMs / 1000) * 1000)).toBeLessThanOrEqual(150);
  }
}

const killed = takeOf(() => ({
  profile,
  // The other one's name is what a second segment of ada's file is called.
  participants: [{ identity: 'ada', camera }, { identity: 'ada.part2' }],
  during: async ({ until, event, recorder }) => {
    await until(5);
    const encoder = recorder.encoders.find(({ identity }) => identity === 'ada');
    process.kill(encoder?.pid ?? NaN, 'SIGKILL');
    await event('encoderRestarted');
    await until(12);
  },
}));

timedTest('goes on with a new segment when ffmpeg dies, in one verified file', killed, async (take) => {
  const file = take.file('ada');
  expect(file.state).toBe('verified');
  expect(videoSegments(file)).toHaveLength(2);
  await expectConstantRate(take.path('ada'), file.durationMs);
  const content = await take.content('ada', [size]);
  expect(content.flashOnsetsMs.some((ms) => ms < 4000)).toBe(true);
  const after = content.flashOnsetsMs.filter((ms) => ms > 8000);
  expect(after.length).toBeGreaterThanOrEqual(3);
  expectOnTheSecond(take, content.flashOnsetsMs, 4);
  expect(take.resourceLeaks.nativeFrames).toBe(0);
});

it('calls that file intact, and not complete: the encoder took something with it', async () => {
  const take = await killed.get();
  const { stamps, gaps = [] } = take.file('ada');
  const segments = videoSegments(take.file('ada'));
  expect(segments.every(({ packets }) => (packets?.video?.packets ?? 0) > 0)).toBe(true);
  expect(stamps?.intact).toMatchObject({ isEarned: true, problem: null });
  expect(stamps?.complete.isEarned).toBe(false);
  const killedAtMs = segments[0]?.endMs ?? 0;
  for (const stream of ['video', 'audio'] as const) {
    const near = gaps.filter((gap) => gap.stream === stream && Math.abs(gap.atMs - killedAtMs) < 2_500);
    expect(near, `${stream} around ${killedAtMs} ms`).toHaveLength(1);
  }
  // Nobody was recorded while the new ffmpeg started: those frames are lost, not before the start.
  expect(take.file('ada').audio.dropped.sinkFailed).toBeGreaterThan(0);
});

it('takes no file’s name away from another participant', async () => {
  const take = await killed.get();
  expect(take.manifest).toMatchObject({ state: 'complete', problem: null });
  expect(videoSegments(take.file('ada')).map((segment) => segment.file)).toEqual([
    'ada.mp4',
    'ada.part2.mp4',
  ]);
  const other = take.file('ada.part2');
  expect(other).toMatchObject({ state: 'verified', problem: null });
  expect(other.file).toMatch(/^ada_part2\./);
  expect(other.segments).toHaveLength(1);
});

describe('while ffmpeg stands still', () => {
  let stalledRss = 0;
  let startRss = 0;
  const stalled = takeOf(() => ({
    profile,
    participants: [{ identity: 'ada', camera }],
    during: async (running) => {
      await running.until(4);
      const pid = await encoderPid();
      startRss = maxRss(running);
      process.kill(pid, 'SIGSTOP');
      await running.until(14);
      stalledRss = maxRss(running);
      process.kill(pid, 'SIGCONT');
      await running.until(20);
    },
  }));

  it('drops, and stays within its caps', async () => {
    const take = await stalled.get();
    expect(take.file('ada').state).toBe('verified');
    expect(take.file('ada').video.dropped.queueFull).toBeGreaterThan(0);
    expect(stalledRss - startRss).toBeLessThan(64e6);
    for (const { sinks } of take.snapshots) {
      expect(sinks[0]?.video?.queuedFrames ?? 0).toBeLessThanOrEqual(30);
      expect(sinks[0]?.video?.framesInFlight ?? 0).toBeLessThanOrEqual(2);
    }
    expect(take.events.some(({ name }) => name === 'queueFillingUp')).toBe(true);
    // Full queues are within the budget: no frame is given up for them once ffmpeg goes on.
    expect(take.file('ada').video.dropped.governed).toBe(0);
  });

  timedTest('drops and counts what ten seconds are made of', stalled, (take) => {
    const { video, audio } = take.file('ada');
    expect(video.dropped.queueFull).toBeGreaterThan(200);
    // Six seconds of audio wait: five in its queue, and one in the pipe.
    expect(audio.dropped.queueFull).toBeGreaterThan(300);
    expect(audio.dropped.queueFull).toBeLessThan(500);
    const { complete, intact } = take.file('ada').stamps ?? {};
    expect(intact?.isEarned).toBe(true);
    expect(complete).toMatchObject({ isEarned: false });
    expect(complete?.problem).toMatch(/^Missing: \d+ of \d+ frames/);
    const dropped = take.file('ada').gaps?.find(({ cause }) => cause === 'dropped');
    expect(dropped?.lostFrames).toBeGreaterThan(200);
    // The queue holds a second of frames before the first one is dropped.
    expect(dropped?.atMs).toBeGreaterThan(4_000);
    expect(dropped?.atMs).toBeLessThan(8_000);
    expect((dropped?.atMs ?? 0) + (dropped?.durationMs ?? 0)).toBeLessThan(16_500);
  });

  timedTest('shifts nothing: what comes afterwards stands where it belongs', stalled, async (take) => {
    const content = await take.content('ada', [size]);
    expectOnTheSecond(
      take,
      content.flashOnsetsMs.filter((ms) => ms > 15_500),
      3,
    );
    const offset = offsetStatistics(judgePairs(content.pairs, take.sent('ada')).marks);
    expect(Math.abs(offset?.medianMs ?? Infinity)).toBeLessThanOrEqual(45);
  });
});

describe('while the event loop is blocked', () => {
  let growthBytes = 0;
  const blocked = takeOf(() => ({
    profile,
    participants: [{ identity: 'ada', camera: { width: 1280, height: 720, fps: 30 } }],
    during: async (running) => {
      await running.until(4);
      const beforeBytes = maxRss(running);
      const blockedUntilMs = performance.now() + 5000;
      while (performance.now() < blockedUntilMs);
      growthBytes = maxRss(running) - beforeBytes;
      await running.event('loopBlocked');
      await running.until(14);
    },
  }));

  it('closes its streams, which bounds its memory, and leaves nothing behind', async () => {
    const take = await blocked.get();
    // Unbounded, 5 s of 720p30 are 200 MB.
    expect(growthBytes).toBeLessThan(48e6);
    expect(take.file('ada').state).toBe('verified');
    expect(take.resourceLeaks).toEqual({ orphanedFrames: 0, openStreams: 0, nativeFrames: 0 });
  });

  timedTest('opens them again, and keeps the timeline', blocked, async (take) => {
    expect(take.file('ada').missedFrames).toBeGreaterThan(100);
    expect(take.events.some(({ message }) => /^Long gap between frames: [45]\d{3} ms$/.test(message))).toBe(
      true,
    );
    const content = await take.content('ada', [{ width: 1280, height: 720 }]);
    expect(content.flashOnsetsMs.filter((ms) => ms > 10_000).length).toBeGreaterThanOrEqual(3);
  });
});

it('goes on when the server dies and comes back', async () => {
  const take = await harness.record({
    profile,
    participants: [{ identity: 'ada', camera, joinAtMs: 0 }],
    during: async ({ until, event, server, recorder }) => {
      // The camera's first key frame may come in the third second, and its flash is none that begins.
      await until(6);
      await server.kill();
      await event('reconnecting');
      expect(recorder.state).toBe('recording');
      await server.restart();
      await event('reconnected');
    },
  });
  const file = take.file('ada');
  expect(file.state).toBe('verified');
  expect(file.stamps).toMatchObject({ intact: { isEarned: true }, complete: { isEarned: false } });
  const away = file.gaps?.find(({ stream, cause }) => stream === 'audio' && cause === 'neverArrived');
  expect(away?.atMs).toBeGreaterThan(5_500);
  const content = await take.content('ada', [size]);
  expect(content.flashOnsetsMs.length).toBeGreaterThanOrEqual(2);
  expect(content.durationMs).toBeGreaterThan(6000);
  expect(take.resourceLeaks.nativeFrames).toBe(0);
});

it('keeps what was written, playable, when the disk is full', async (context) => {
  const mountPoint = await mkdtemp(join(tmpdir(), 'plateau-full-'));
  const mounted = await run('mount', ['-t', 'tmpfs', '-o', 'size=53m', 'tmpfs', mountPoint]).then(
    () => true,
    () => false,
  );
  if (!mounted) {
    await rm(mountPoint, { recursive: true, force: true });
    context.skip('a small disk can only be mounted as root on Linux');
  }
  try {
    const outputFolder = join(mountPoint, 'takes');
    await mkdir(outputFolder);
    const take = await harness.record({
      // The disk has 6 MB above the limit at which a take is stopped.
      profile: { ...profile, videoBitrateKbps: 8000 },
      outputFolder,
      participants: [{ identity: 'ada', camera }],
      during: async ({ event }) => {
        await event('diskFull');
      },
    });
    const file = take.file('ada');
    expect(['verified', 'fragmented']).toContain(file.state);
    const verified = await verifyFile(
      take.path('ada'),
      { canvas: size, videoCodec: 'h264', audioCodec: 'aac', durationMs: null },
      'full',
      { ffmpegPath: process.env['FFMPEG_PATH'] ?? 'ffmpeg' },
    );
    expect(verified.findings).toEqual([]);
    expect(verified.durationMs).toBeGreaterThan(1000);
  } finally {
    await run('umount', ['-l', mountPoint]);
    await rm(mountPoint, { recursive: true, force: true });
  }
});
