import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FaultBench } from '#engine/lab/fault-bench.js';
import { caps } from '#engine/telemetry/budget.js';
import { Studio, type FinishedTake, type RunningTake } from '../fixtures/studio.js';

const camera = { width: 640, height: 360, fps: 30 };
const participants = ['ada', 'ben'].map((identity) => ({ identity, camera }));

let studio: Studio;

beforeAll(async () => {
  studio = await Studio.open();
});

afterAll(async () => {
  await studio.close();
});

/** A take in which `break_` is done to a bench of its own; every snapshot's accounts are checked. */
async function breaking(
  break_: (bench: FaultBench, take: RunningTake) => Promise<void>,
): Promise<{ take: FinishedTake; bench: FaultBench }> {
  const benches: FaultBench[] = [];
  const take = await studio.record({
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

function staysInBudget(take: FinishedTake): void {
  for (const { memory } of take.snapshots) {
    if (memory.budgetBytes !== null) expect(memory.rssBytes).toBeLessThanOrEqual(memory.budgetBytes);
  }
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
    expect(take.manifest.files.every(({ state }) => state === 'verified')).toBe(true);
  });

  it('fills the disk: the take stops by itself and its files are finalised', async () => {
    const { take, bench } = await breaking(async (faults, { event }) => {
      await faults.start({ name: 'fullDisk', seconds: 30 }, false);
      const stopped = await event('takeStopped');
      expect(stopped.message).toContain('full');
    });
    expect(bench.active).toEqual([]);
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
      // The take ends long before the fault would: what is held must be let go, or it could not be finalised.
    });
    expect(take.manifest.files.every(({ state }) => state === 'verified')).toBe(true);
    expect(take.file('ada').segments).toHaveLength(2);
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

  it('freezes and floods a participant, and lets the connection break', async () => {
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
    // Twice the rate is above the profile's: the surplus is dropped on purpose.
    expect(take.file('ada').video.dropped.paced).toBeGreaterThan(30);
    expect(eventNames(take)).toEqual(expect.arrayContaining(['reconnecting', 'reconnected']));
    expect(take.manifest.files.every(({ state }) => state === 'verified')).toBe(true);
  });

  it('leaks at the rate that was asked for, and gives it back', async () => {
    const externalBytes = (snapshots: FinishedTake['snapshots'], fromMs: number, toMs: number): number =>
      Math.max(
        ...snapshots
          .filter(({ takeMs }) => takeMs !== null && takeMs >= fromMs && takeMs < toMs)
          .map(({ memory }) => memory.externalBytes),
      );
    const { take } = await breaking(async (bench, { until }) => {
      await bench.start({ name: 'leak', megabytesPerMinute: 600, seconds: 6 }, false);
      await until(10.5);
    });
    const grown = externalBytes(take.snapshots, 7_500, 9_500) - externalBytes(take.snapshots, 1_000, 3_000);
    // Six seconds of 10 MB a second.
    expect(grown).toBeGreaterThan(40e6);
    expect(grown).toBeLessThan(75e6);
  });

  it('refuses faults outside of a take, and outside of the demo room unless they are confirmed', async () => {
    await studio.record({
      participants,
      during: async ({ recorder, until }) => {
        const bench = new FaultBench({ recorder, people: null });
        await expect(bench.start({ name: 'stallSink', seconds: 1 }, false)).rejects.toThrow('real one');
        await expect(bench.start({ name: 'freezeParticipant', seconds: 1 }, true)).rejects.toThrow(
          'synthetic',
        );
        await bench.start({ name: 'stallSink', seconds: 1 }, true);
        await until(3);
        await bench.close();
        expect(recorder.diskValve.isOpen).toBe(true);
      },
    });
  });
});
