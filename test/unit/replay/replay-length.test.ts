import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { profiles } from '#engine/contract/profile.js';
import { ReplayBuffer } from '#engine/replay/replay-buffer.js';
import type { Take } from '#engine/take/take.js';
import { EventLog } from '#engine/telemetry/event-log.js';
import { EventReporter } from '#engine/telemetry/event-reporter.js';
import { fragment, fragmentedHead } from '../mp4/fragmented-fixture.js';

const head = fragmentedHead([{ kind: 'audio', timescale: 48_000, mediaTime: 1024 }]);

/** A second of audio. */
function second(index: number): Buffer {
  return fragment([{ trackId: 1, dts: index * 48_000, samples: [{ sizeBytes: 10, ticks: 48_000 }] }]);
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'setInterval'] });
});

afterEach(() => {
  vi.useRealTimers();
});

/** A take whose only file is kept. */
function recorded(): { buffer: ReplayBuffer; keep: (seconds: number) => void; pause: (ms: number) => void } {
  const report = new EventReporter(new EventLog(10), () => null);
  const buffer = new ReplayBuffer({
    room: () => ({ session: null, connection: 'connected', name: 'studio', host: 'server.example' }),
    report: () => report,
    hurry: () => new AbortController().signal,
    onSaved: () => undefined,
    joinToCopy: () => Promise.reject(new Error('Nothing is copied here.')),
    onChanged: () => undefined,
  });
  const profile = profiles['720p30'];
  buffer.set({ seconds: 60, profile, audioOnly: true, participants: null });
  const replay = buffer.forTake({ profile });
  const push = replay.keeperOf?.('ada.m4a');
  push?.(head);
  const startedMs = performance.now();
  let pausedMs = 0;
  const take = {
    clock: {
      elapsedMs: () => performance.now() - startedMs,
      nowMs: () => performance.now() - startedMs - pausedMs,
    },
    files: {
      all: [],
      entries: () => [{ canvas: null, segments: [{ file: 'ada.m4a', startMs: 0, endMs: null }] }],
    },
    ...{ moments: { entries: {} }, request: { audioOnly: true, profile }, startedAt: new Date() },
    participants: { entries: { participants: [] } },
  };
  replay.begin(take as unknown as Take);
  let kept = 0;
  const pass = (ms: number): void => {
    vi.advanceTimersByTime(ms);
    buffer.tick();
  };
  return {
    buffer,
    keep: (seconds) => {
      for (let index = 0; index < seconds; index += 1) {
        pass(1_000);
        push?.(second(kept));
        kept += 1;
      }
      pass(1_000);
    },
    pause: (ms) => {
      pausedMs += ms;
      pass(ms);
    },
  };
}

it('says after a pause how much will be saved, and not how long ago the oldest of it was', () => {
  const { buffer, keep, pause } = recorded();
  keep(20);
  expect(buffer.state?.spanMs).toBeGreaterThan(19_900);
  expect(buffer.state?.spanMs).toBeLessThanOrEqual(20_000);
  pause(35_000);
  expect(buffer.state?.spanMs).toBeLessThanOrEqual(20_000);
  keep(5);
  expect(buffer.state?.spanMs).toBeGreaterThan(24_900);
  expect(buffer.state?.spanMs).toBeLessThanOrEqual(25_000);
});

it('holds never more than was asked for, and nothing after a pause that was longer', () => {
  const { buffer, keep, pause } = recorded();
  expect(buffer.state?.spanMs).toBe(0);
  keep(80);
  expect(buffer.state?.spanMs).toBe(60_000);
  pause(70_000);
  expect(buffer.state?.spanMs).toBe(0);
});
