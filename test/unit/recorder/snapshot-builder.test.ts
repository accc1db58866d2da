import { expect, it } from 'vitest';
import type { SinkSnapshot } from '#engine/contract/snapshot.js';
import { SnapshotBuilder } from '#engine/recorder/snapshot-builder.js';
import type { Take } from '#engine/take/take.js';
import type { TakeGovernor } from '#engine/take/take-governor.js';
import { PeakMemory } from '#engine/telemetry/peak-memory.js';
import { rssBytesOf } from '#engine/telemetry/process-memory.js';

type Sink = Pick<SinkSnapshot, 'isRecording' | 'ffmpegRssBytes'>;

function ffmpegBytes(sinks: readonly Sink[] | null, pids: readonly number[] = []): number | null {
  const take = {
    ...{ sinkSnapshots: () => sinks, files: {}, backup: null, budget: { totalBytes: 1 } },
    ...{ clock: { isPaused: false }, moments: { takeMs: 0, pausedMs: 0 }, frameBytes: { usedBytes: 0 } },
    memory: { peak: new PeakMemory() },
    ...{ participants: { missingTracks: 0, missingNow: 0 }, signals: { missingSignals: 0 } },
  };
  const { memory } = new SnapshotBuilder(() => []).build({
    ...{ state: 'ready', connection: 'connected', unbounded: null, replay: null },
    take: sinks === null ? null : (take as unknown as Take),
    supervisor: { alarms: [], conditions: [], disk: null },
    governor: { ceilingBytes: null, snapshot: null } as unknown as TakeGovernor,
    replayEncoders: pids.map((pid) => ({ pid })),
  });
  return memory.ffmpegRssBytes;
}

it.skipIf(process.platform !== 'linux')('counts the encoders of the replay buffer', () => {
  const bytes = ffmpegBytes(null, [process.pid]) ?? NaN;
  expect(Math.abs(bytes - (rssBytesOf(process.pid) ?? NaN))).toBeLessThan(0.2 * bytes);
});

it('has a figure of encoders while some run, and none while nobody encodes', () => {
  const recording = { isRecording: true, ffmpegRssBytes: 40e6 };
  const ended = { isRecording: false, ffmpegRssBytes: null };
  const ending = { isRecording: false, ffmpegRssBytes: 30e6 };
  expect(ffmpegBytes([recording, ended, ending])).toBe(40e6);
  expect(ffmpegBytes([ended, ending])).toBe(30e6);
  expect(ffmpegBytes([ended])).toBeNull();
  expect(ffmpegBytes(null)).toBeNull();
  expect(ffmpegBytes([recording, { ...recording, ffmpegRssBytes: null }])).toBeNull();
});
