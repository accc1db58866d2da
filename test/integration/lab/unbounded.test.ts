import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RecorderEvent } from '#engine/contract/snapshot.js';
import { FaultBench } from '#engine/lab/faults/fault-bench.js';
import { RecordingHarness, type RunningTake } from '../../fixtures/recording-harness.js';

const participants = [
  { identity: 'ada', camera: { width: 1280, height: 720, fps: 30 } },
  { identity: 'ben', camera: { width: 320, height: 180, fps: 15 } },
];

let harness: RecordingHarness;

beforeAll(async () => {
  harness = await RecordingHarness.open();
});

afterAll(async () => {
  await harness.close();
});

function sourceOf({ server: { url, apiKey, apiSecret }, recorder }: RunningTake) {
  return { url, room: recorder.joined?.room ?? '', credentials: { apiKey, apiSecret } };
}

interface Process {
  readonly pid: number;
  /** As in proc(5): R, S, T... */
  readonly state: string;
  readonly parent: number;
  readonly commandLine: string;
}

function processes(): Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const [state = '', parent = ''] =
          readFileSync(`/proc/${name}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
        const commandLine = readFileSync(`/proc/${name}/cmdline`, 'utf8');
        return [{ pid: Number(name), state, parent: Number(parent), commandLine }];
      } catch {
        // It ended meanwhile.
        return [];
      }
    });
}

/** The process without caps, and its ffmpegs. */
function besides(): { readonly recorder: number; readonly encoders: readonly Process[] } | null {
  const all = processes();
  const recorder = all.find(
    ({ parent, commandLine }) => parent === process.pid && commandLine.includes('unbounded-process'),
  );
  if (recorder === undefined) return null;
  // The shell that ends them when the recorder is gone is another child of it.
  const isEncoder = ({ parent, commandLine }: Process): boolean =>
    parent === recorder.pid && commandLine.includes('ffmpeg') && !commandLine.startsWith('sh');
  return { recorder: recorder.pid, encoders: all.filter(isEncoder) };
}

function folders(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith('plateau-unbounded-'));
}

function isAlive(pid: number): boolean {
  return existsSync(`/proc/${pid}`) && processes().some((one) => one.pid === pid && one.state !== 'Z');
}

/** Everybody's camera is recorded: it is what the process beside it takes as well. */
async function untilRecorded({ recorder, until }: RunningTake): Promise<void> {
  const isRecorded = (): boolean => {
    const { sinks } = recorder.snapshot();
    const written = sinks.filter(({ video }) => (video?.accounting.written ?? 0) > 0);
    return written.length === participants.length;
  };
  for (let second = 1; !isRecorded(); second += 1) await until(second);
}

// Processes are looked at as Linux shows them.
describe.skipIf(process.platform !== 'linux')('the recorder without caps (needs /proc)', () => {
  it('grows while the disk stands still, is ended by its safety stop, and the take is not', async () => {
    const before = folders();
    let ended: RecorderEvent | undefined;
    let pids: number[] = [];
    const take = await harness.record({
      participants,
      during: async (running) => {
        const { recorder, event, room } = running;
        const bench = new FaultBench({ recorder, people: room, source: sourceOf(running) });
        await untilRecorded(running);
        await bench.start({ name: 'unbounded', stopAtMegabytes: 400, seconds: 60 }, false);
        const beside = besides();
        pids = [beside?.recorder ?? 0, ...(beside?.encoders.map(({ pid }) => pid) ?? [])];
        expect(folders()).toHaveLength(before.length + 1);
        await bench.start({ name: 'stallSink', seconds: 100 }, false);
        ended = await event('faultEnded');
        expect(bench.active.map(({ fault }) => fault.name)).toEqual(['stallSink']);
        // One more snapshot, which tells of the end.
        await once(recorder, 'snapshot');
        await bench.close();
      },
    });
    expect(ended?.message).toContain('safety stop');
    expect(ended?.details).toMatchObject({ reason: 'memory', stopAtBytes: 400e6 });
    const beside = take.snapshots.flatMap(({ unbounded }) => (unbounded === null ? [] : [unbounded]));
    const last = beside.at(-1);
    expect(last).toMatchObject({ state: 'stopped', stopReason: 'memory', ofPeople: 2 });
    expect(last?.peakRssBytes).toBeGreaterThanOrEqual(400e6);
    // Checked five times a second: it does not get far beyond.
    expect(last?.peakRssBytes).toBeLessThan(500e6);
    expect(last?.peakQueuedFrames).toBeGreaterThan(90);
    const grownBeside =
      400e6 - Math.min(...beside.map(({ rssBytes }) => rssBytes).filter((bytes) => bytes > 50e6));
    const bounded = take.snapshots.filter(({ unbounded }) => unbounded?.state === 'running');
    const boundedBytes = bounded.map(({ memory }) => memory.rssBytes);
    expect(grownBeside).toBeGreaterThan(3 * (Math.max(...boundedBytes) - (boundedBytes[0] ?? 0)));
    for (const { memory } of bounded) expect(memory.rssBytes).toBeLessThan(memory.budgetBytes ?? 0);
    expect(take.manifest.files.map(({ state }) => state)).toEqual(['verified', 'verified']);
    expect(pids.length).toBeGreaterThan(1);
    expect(pids.filter(isAlive)).toEqual([]);
    expect(folders()).toEqual(before);
  });

  it('stands still with the take’s ffmpeg, and leaves nothing behind when it is stopped meanwhile', async () => {
    const before = folders();
    await harness.record({
      participants,
      during: async (running) => {
        const { recorder, room } = running;
        const bench = new FaultBench({ recorder, people: room, source: sourceOf(running) });
        await untilRecorded(running);
        await bench.start({ name: 'pauseFfmpeg', seconds: 100 }, false);
        const { id } = await bench.start({ name: 'unbounded', stopAtMegabytes: 2_000, seconds: 60 }, false);
        await expect.poll(() => besides()?.encoders.map(({ state }) => state[0])).toEqual(['T']);
        await expect
          .poll(() => recorder.lab.unbounded()?.queuedFrames, { timeout: 10_000 })
          .toBeGreaterThan(60);
        const pids = [besides()?.recorder ?? 0, ...(besides()?.encoders.map(({ pid }) => pid) ?? [])];
        await expect(
          bench.start({ name: 'unbounded', stopAtMegabytes: 2_000, seconds: 60 }, false),
        ).rejects.toThrow('running already');
        await bench.stop(id);
        expect(recorder.lab.unbounded()).toMatchObject({ state: 'stopped', stopReason: 'asked' });
        expect(pids).toHaveLength(2);
        await expect.poll(() => pids.filter(isAlive)).toEqual([]);
        expect(folders()).toEqual(before);
        await bench.close();
      },
    });
  });

  it('is refused in a real room, and where a second connection would push out the first', async () => {
    await harness.record({
      participants,
      during: async (running) => {
        const { recorder } = running;
        const fault = { name: 'unbounded', stopAtMegabytes: 2_000, seconds: 5 } as const;
        const { url, room } = sourceOf(running);
        const bench = new FaultBench({
          recorder,
          people: null,
          source: { url, room, credentials: { token: 'a.b.c' } },
        });
        await untilRecorded(running);
        await expect(bench.start(fault, false)).rejects.toThrow('not the demo room');
        await expect(bench.start(fault, true)).rejects.toThrow('would remove the recorder');
        expect(bench.active).toEqual([]);
        await bench.close();
      },
    });
  });
});
