import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { caps } from '#engine/contract/limits.js';
import type { Snapshot } from '#engine/contract/snapshot.js';
import { FaultBench } from '#engine/lab/faults/fault-bench.js';
import {
  type FinishedTake,
  RecordingHarness,
  type RunningTake,
} from '../../../fixtures/recording-harness.js';
import { SharedTake, timedTest } from '../../../fixtures/timed-test.js';
import { videoSegments } from '../../../fixtures/video-segments.js';

const camera = { width: 640, height: 360, fps: 30 };
const participants = ['ada', 'ben'].map((identity) => ({ identity, camera }));

let harness: RecordingHarness;

beforeAll(async () => {
  harness = await RecordingHarness.open();
});

afterAll(async () => {
  await harness.close();
});

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Buffers of native code are let go a turn after the collection that found them, and what they held after that. */
async function collectGarbageTwice(): Promise<void> {
  for (let round = 0; round < 2; round += 1) {
    collectGarbage();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** A take in which `break_` is done to a bench of its own; every snapshot's accounts are checked. */
async function breaking(
  break_: (bench: FaultBench, take: RunningTake) => Promise<void>,
): Promise<{ take: FinishedTake; bench: FaultBench }> {
  const benches: FaultBench[] = [];
  const take = await harness.record({
    participants,
    during: async (running) => {
      const bench = new FaultBench({ recorder: running.recorder, people: running.room });
      benches.push(bench);
      await running.until(3);
      await break_(bench, running);
    },
  });
  const [bench] = benches;
  if (bench === undefined) throw new Error('the take did not run');
  return { take, bench };
}

function eventNames(take: FinishedTake): string[] {
  return take.events.map(({ name }) => name);
}

/** How each participant's file ended. */
function statesOf({ manifest }: FinishedTake): Record<string, string> {
  return Object.fromEntries(manifest.files.map(({ identity, state }) => [identity, state]));
}

function staysInBudget(take: FinishedTake): void {
  // Before the first track there is no file to make room for, and the recorder holds nothing against the budget.
  const withFiles = take.snapshots.filter(({ sinks }) => sinks.length > 0);
  expect(withFiles.length).toBeGreaterThan(0);
  for (const { memory } of withFiles) expect(memory.rssBytes).toBeLessThanOrEqual(memory.budgetBytes ?? 0);
}

/** What a camera's snapshots showed between two seconds of the take, in the middle. */
function seen(
  take: FinishedTake,
  identity: string,
  fromSeconds: number,
  toSeconds: number,
): { fps: number; bitsPerSecond: number; width: number } {
  const videos = take.snapshots
    .filter(({ takeMs }) => takeMs !== null && takeMs >= fromSeconds * 1000 && takeMs < toSeconds * 1000)
    .flatMap(({ sinks }) => sinks.filter((sink) => sink.identity === identity))
    .flatMap(({ video }) => (video === null ? [] : [video]));
  const median = (values: readonly number[]): number =>
    values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
  return {
    fps: median(videos.flatMap(({ fpsIn }) => fpsIn ?? [])),
    bitsPerSecond: median(videos.map(({ rtc }) => rtc?.bitsPerSecond ?? 0)),
    width: median(videos.map(({ width }) => width ?? 0)),
  };
}

/** @returns the second of the take at which the disk held something of every participant */
function untilEveryFileGrows({ recorder }: RunningTake): Promise<number> {
  return new Promise((resolve) => {
    const look = ({ sinks, takeMs }: Snapshot): void => {
      const growing = sinks.filter(({ writtenBytes }) => writtenBytes > 0);
      if (growing.length < participants.length) return;
      recorder.off('snapshot', look);
      resolve((takeMs ?? 0) / 1000);
    };
    recorder.on('snapshot', look);
  });
}

function nextEvent(recorder: RunningTake['recorder'], name: string): Promise<void> {
  return new Promise((resolve) => {
    const listen = (event: { readonly name: string }): void => {
      if (event.name !== name) return;
      recorder.off('event', listen);
      resolve();
    };
    recorder.on('event', listen);
  });
}

describe('faults', () => {
  it('holds the disk, within the cap, and mends it by itself', async () => {
    const { take } = await breaking(async (bench, { until }) => {
      const { id } = await bench.start({ name: 'stallSink', seconds: 4 }, false);
      expect(bench.active.map((active) => active.id)).toEqual([id]);
      await expect(
        bench.start({ name: 'slowDisk', kilobytesPerSecond: 5, seconds: 4 }, false),
      ).rejects.toThrow('stallSink is running already');
      await until(9);
      expect(bench.active).toEqual([]);
      await until(11);
    });
    const held = take.snapshots.flatMap(({ sinks }) => sinks.map(({ diskQueueBytes }) => diskQueueBytes));
    expect(Math.max(...held)).toBeLessThanOrEqual(caps.diskQueueBytes);
    const slowest = take.snapshots.flatMap(({ sinks }) => sinks.map(({ maxDiskWriteMs }) => maxDiskWriteMs));
    expect(Math.max(...slowest)).toBeGreaterThan(2_000);
    expect(eventNames(take)).toEqual(expect.arrayContaining(['faultStarted', 'faultEnded']));
    staysInBudget(take);
    expect(statesOf(take)).toEqual({ ada: 'verified', ben: 'verified' });
  });

  it('fills the disk: the take stops by itself and its files are finalized', async () => {
    const { take, bench } = await breaking(async (faults, running) => {
      const { event, until } = running;
      // However long the encoders take to write their first second: there is something to keep in each file.
      const seconds = await untilEveryFileGrows(running);
      await until(seconds + 3);
      await faults.start({ name: 'fullDisk', seconds: 30 }, false);
      const stopped = await event('takeStopped');
      expect(stopped.message).toContain('full');
    });
    expect(bench.active).toEqual([]);
    expect(statesOf(take)).toEqual({ ada: 'verified', ben: 'verified' });
    // Everything before the fault is kept.
    for (const { durationMs } of take.manifest.files) expect(durationMs).toBeGreaterThan(1_500);
  });

  it('kills ffmpeg and holds it: a new one goes on, and nothing stays held', async () => {
    const { take } = await breaking(async (bench, { event, until, recorder }) => {
      const before = recorder.encoders.find(({ file }) => file === 'ada.mp4')?.pid;
      await bench.start({ name: 'killFfmpeg', file: 'ada.mp4' }, false);
      await event('encoderRestarted');
      expect(recorder.encoders.find(({ file }) => file === 'ada.mp4')?.pid).not.toBe(before);
      await bench.start({ name: 'pauseFfmpeg', seconds: 60, file: 'ben.mp4' }, false);
      await until(12);
      // The take ends long before the fault would: what is held must be let go, or it could not be finalized.
    });
    expect(statesOf(take)).toEqual({ ada: 'verified', ben: 'verified' });
    expect(videoSegments(take.file('ada'))).toHaveLength(2);
    expect(take.file('ben').video.dropped.queueFull).toBeGreaterThan(0);
    expect(take.stopMs).toBeLessThan(15_000);
    staysInBudget(take);
  });

  it('blocks the event loop: the watchdog closes the streams, and memory does not follow', async () => {
    const { take } = await breaking(async (bench, { event, until }) => {
      await bench.start({ name: 'blockLoop', seconds: 3 }, false);
      await event('loopBlocked');
      await until(9);
    });
    expect(Math.max(...take.snapshots.map(({ eventLoopMaxLateMs }) => eventLoopMaxLateMs))).toBeGreaterThan(
      2_500,
    );
    staysInBudget(take);
  });

  describe('a participant that freezes and floods, and a connection that breaks', () => {
    const broken = new SharedTake(async () => {
      const { take } = await breaking(async (bench, { event, until }) => {
        await bench.start({ name: 'freezeParticipant', identity: 'ben', seconds: 2 }, false);
        const gap = await event('longFrameGap');
        expect(gap.identity).toBe('ben');
        await until(6);
        await bench.start({ name: 'floodParticipant', identity: 'ada', seconds: 3 }, false);
        await until(10);
        await bench.start({ name: 'dropNetwork', scenario: 'fullReconnect' }, false);
        await event('reconnected');
        await until(14);
      });
      return take;
    });

    it('are logged, and leave verified files', async () => {
      const take = await broken.get();
      expect(eventNames(take)).toEqual(expect.arrayContaining(['reconnecting', 'reconnected']));
      expect(statesOf(take)).toEqual({ ada: 'verified', ben: 'verified' });
    });

    timedTest('drops what is above the profile’s rate', broken, (take) => {
      expect(take.file('ada').video.dropped.paced).toBeGreaterThan(30);
    });
  });

  it('leaks at the rate that was asked for, and gives it back', async () => {
    let beforeBytes = 0;
    const { take } = await breaking(async (bench, { until }) => {
      // What earlier takes left for the collector would be given back meanwhile, and hide the leak.
      await collectGarbageTwice();
      beforeBytes = process.memoryUsage().external;
      await bench.start({ name: 'leak', megabytesPerMinute: 600, seconds: 6 }, false);
      await until(10.5);
    });
    const leaking = take.snapshots.filter(
      ({ takeMs }) => takeMs !== null && takeMs >= 7_500 && takeMs < 9_500,
    );
    const grown = Math.max(...leaking.map(({ memory }) => memory.externalBytes)) - beforeBytes;
    // Six seconds of 10 MB a second.
    expect(grown).toBeGreaterThan(40e6);
    expect(grown).toBeLessThan(75e6);
  });

  const throttled = new SharedTake(() =>
    harness.record({
      participants: [
        { identity: 'ada', camera: { ...camera, temporalLayers: 3 } },
        { identity: 'ben', camera: { width: 1280, height: 720, fps: 30, simulcast: true } },
      ],
      isThrottleable: true,
      during: async ({ recorder, room, network, until, event }) => {
        const bench = new FaultBench({ recorder, people: room, network });
        await until(10);
        await bench.start({ name: 'throttleNetwork', kilobitsPerSecond: 300, seconds: 24 }, false);
        await until(18);
        await room.command('ada', { type: 'cameraOff' });
        await room.command('ada', { type: 'cameraOn' });
        await until(24);
        await bench.start({ name: 'dropNetwork', scenario: 'fullReconnect' }, false);
        await event('reconnected');
        await until(41);
        expect(bench.active).toEqual([]);
        await until(45);
      },
    }),
  );

  const throttles =
    'throttles the network until it ends by itself, through a camera switched on and a reconnection';
  timedTest(throttles, throttled, (take) => {
    const before = seen(take, 'ada', 7, 10);
    expect(before.fps).toBeGreaterThan(25);
    const bitsPerSecondOfBoth = before.bitsPerSecond + seen(take, 'ben', 7, 10).bitsPerSecond;
    expect(bitsPerSecondOfBoth).toBeGreaterThan(600e3);
    for (const [from, to] of [
      [14, 17],
      [21, 24],
      [31, 34],
    ] as const) {
      const ada = seen(take, 'ada', from, to);
      const ben = seen(take, 'ben', from, to);
      // Which layers fill the 300 kbit/s is the server's choice: of ada every second or every fourth frame.
      expect(ada.fps).toBeLessThan(20);
      expect(ada.fps).toBeGreaterThan(4);
      expect(ben.width).toBeLessThan(1280);
      expect(ada.bitsPerSecond + ben.bitsPerSecond).toBeLessThan(300e3 * 1.1);
    }
    const after = seen(take, 'ada', 41, 45);
    expect(after.fps).toBeGreaterThan(25);
    expect(after.bitsPerSecond).toBeGreaterThan(before.bitsPerSecond * 0.8);
    expect(seen(take, 'ben', 41, 45).width).toBe(1280);
  });

  it('stays within the budget on a throttled network, and leaves verified files', async () => {
    const take = await throttled.get();
    expect(statesOf(take)).toEqual({ ada: 'verified', ben: 'verified' });
    staysInBudget(take);
  });

  it('finds the room again by the way that can be throttled, however the connection breaks', async () => {
    const keptInBudgetBytes: (number | undefined)[] = [];
    const take = await harness.record({
      participants,
      isThrottleable: true,
      during: async ({ recorder, room, network, server, until }) => {
        const bench = new FaultBench({ recorder, people: room, network });
        const noteBudget = (): void => {
          const line = recorder.budget?.lines.find(({ buffer }) => buffer === 'earlier connections (SDK)');
          keptInBudgetBytes.push(line?.bytes);
        };
        await until(2);
        noteBudget();
        for (const scenario of ['signalReconnect', 'fullReconnect', 'serverLeave', 'nodeFailure'] as const) {
          const back = nextEvent(recorder, 'reconnected');
          await bench.start({ name: 'dropNetwork', scenario }, false);
          await back;
        }
        const lost = nextEvent(recorder, 'reconnecting');
        await server.kill();
        await lost;
        const back = nextEvent(recorder, 'reconnected');
        await server.restart();
        await back;
        noteBudget();
      },
    });
    expect(statesOf(take)).toEqual({ ada: 'verified', ben: 'verified' });
    expect(take.resourceLeaks.nativeFrames).toBe(0);

    // What the SDK keeps of each connection that was replaced is counted, and in the budget of the take that goes on.
    const connections = take.events.filter(({ name }) => name === 'connected').length;
    expect(connections).toBeGreaterThan(1);
    const counts = take.snapshots.map(({ memory }) => memory.earlierConnections.count);
    expect(Math.max(...counts) - Math.min(...counts)).toBe(connections - 1);
    const bytes = take.snapshots.map(({ memory }) => memory.earlierConnections.bytes);
    expect(Math.max(...bytes) - Math.min(...bytes)).toBeGreaterThan(350_000 * (connections - 1));
    expect(keptInBudgetBytes).toEqual([Math.min(...bytes), Math.max(...bytes)]);
  });

  it('refuses faults outside of a take, and outside of the demo room unless they are confirmed', async () => {
    await harness.record({
      participants,
      during: async ({ recorder, until }) => {
        const bench = new FaultBench({ recorder, people: null });
        await expect(bench.start({ name: 'stallSink', seconds: 1 }, false)).rejects.toThrow(
          'This is not the demo room',
        );
        await expect(bench.start({ name: 'freezeParticipant', seconds: 1 }, true)).rejects.toThrow(
          'synthetic',
        );
        await expect(
          bench.start({ name: 'throttleNetwork', kilobitsPerSecond: 300, seconds: 1 }, true),
        ).rejects.toThrow('Only the network of the demo room');
        await bench.start({ name: 'stallSink', seconds: 1 }, true);
        await until(3);
        await bench.close();
        expect(recorder.lab.diskThrottle.isOpen).toBe(true);
      },
    });
  });
});
