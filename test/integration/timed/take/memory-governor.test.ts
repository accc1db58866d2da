import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Snapshot } from '#engine/contract/snapshot.js';
import { lastGovernorStep } from '#engine/pipeline/memory-governor.js';
import { type FinishedTake, RecordingHarness } from '../../../fixtures/recording-harness.js';
import { SharedTake, timedTest } from '../../../fixtures/timed-test.js';
import { untilSnapshot } from '../../../fixtures/until-snapshot.js';

const large = { width: 960, height: 540, fps: 20, simulcast: true };
const small = { width: 320, height: 180, fps: 15 };

let harness: RecordingHarness;

beforeAll(async () => {
  harness = await RecordingHarness.open();
});

afterAll(async () => {
  await harness.close();
});

const widthOf = (snapshot: Snapshot, file = 'ada.mp4'): number | null =>
  snapshot.sinks.find((sink) => sink.file === file)?.video?.width ?? null;

const governedOf = ({ sinks }: Snapshot, file = 'ada.mp4'): number =>
  sinks.find((sink) => sink.file === file)?.video?.accounting.dropped.governed ?? 0;

const stepOf = ({ governor }: Snapshot): number => governor?.step ?? 0;

/** A third of the full size, or less of it when the publisher's machine is short of time. */
const isLowest = (width: number | null): boolean => width !== null && width < large.width / 2;

function expectAudioUntouched(take: FinishedTake): void {
  for (const { audio, audioSilenceMs, file } of take.manifest.files) {
    const { notRecording, ...others } = audio.dropped;
    expect(Object.values(others), file).toEqual(Object.values(others).map(() => 0));
    expect(audio.received - notRecording, file).toBe(audio.written);
    // Before its first frame arrived, and nothing afterwards.
    expect(audioSilenceMs, file).toBeLessThan(1_500);
  }
}

describe('a ceiling below what is used already', () => {
  const shared = new SharedTake(async () => {
    const seen: Snapshot[] = [];
    const recorded = await harness.record({
      participants: [
        { identity: 'ada', camera: large },
        { identity: 'ben', camera: small },
      ],
      during: async (running) => {
        const { recorder } = running;
        seen.push(await untilSnapshot(running.recorder, (snapshot) => widthOf(snapshot) === large.width));
        await running.until(5);
        recorder.setMemoryCeiling(Math.round(recorder.snapshot().memory.rssBytes * 0.8));
        seen.push(
          await untilSnapshot(
            running.recorder,
            (snapshot) =>
              stepOf(snapshot) === lastGovernorStep &&
              governedOf(snapshot) > 20 &&
              (widthOf(snapshot) ?? large.width) <= large.width / 2,
          ),
        );
        recorder.setMemoryCeiling(null);
        seen.push(
          await untilSnapshot(
            running.recorder,
            (snapshot) => stepOf(snapshot) === 0 && widthOf(snapshot) === large.width,
          ),
        );
        const { takeMs } = recorder.snapshot();
        await running.until((takeMs ?? 0) / 1000 + 3);
      },
    });
    const [atFull, atLowest, atFullAgain] = seen;
    if (atFull === undefined || atLowest === undefined || atFullAgain === undefined)
      throw new Error('the take did not run');
    return { ...recorded, full: atFull, lowest: atLowest, again: atFullAgain };
  });
  let take: Awaited<ReturnType<(typeof shared)['get']>>;
  let full: Snapshot;
  let lowest: Snapshot;
  let again: Snapshot;

  beforeAll(async () => {
    take = await shared.get();
    ({ full, lowest, again } = take);
  }, 120_000);

  it('takes every step in turn, and climbs back', () => {
    const steps = take.events
      .filter(({ name }) => name === 'governorDegraded' || name === 'governorRecovered')
      .map(({ name, details }) => [name, details['step']]);
    expect(steps).toEqual([
      ...[1, 2, 3, 4, 5].map((step) => ['governorDegraded', step]),
      ...[4, 3, 2, 1, 0].map((step) => ['governorRecovered', step]),
    ]);
  });

  it('is sent a smaller layer, and the full size again', () => {
    expect(widthOf(full)).toBe(large.width);
    expect(widthOf(lowest)).toBeLessThanOrEqual(large.width / 2);
    expect(widthOf(again)).toBe(large.width);
    // Without simulcast there is nothing smaller.
    for (const snapshot of [lowest, again]) expect(widthOf(snapshot, 'ben.mp4')).toBe(small.width);
  });

  it('leaves out frames of everybody before they are copied, and counts them', () => {
    for (const file of ['ada', 'ben']) expect(take.file(file).video.dropped.governed).toBeGreaterThan(20);
    const { video } = take.file('ada');
    const dropped = Object.values(video.dropped).reduce((sum, count) => sum + count, 0);
    expect(video.received).toBe(video.written + dropped);
    // Nothing before the first step that is about frames, and nothing after the last.
    const early = take.snapshots.filter(
      (snapshot) => stepOf(snapshot) < 3 && (snapshot.takeMs ?? Infinity) < (lowest.takeMs ?? 0),
    );
    expect(Math.max(...early.map((snapshot) => governedOf(snapshot)))).toBe(0);
    expect(video.dropped.governed).toBe(governedOf(again));
  });

  timedTest('needs no queue to drop anything', shared, (timed) => {
    const { dropped } = timed.file('ada').video;
    expect(dropped.queueFull + dropped.byteCap).toBe(0);
  });

  timedTest('keeps two frames a second at the least: nothing turns black', shared, async (timed) => {
    const { blackIntervalsMs } = await timed.content('ada', [large]);
    // Black before the first frame, and no more.
    expect(blackIntervalsMs.filter(({ fromMs }) => fromMs > 0)).toEqual([]);
  });

  timedTest('never touches the audio', shared, (timed) => {
    expectAudioUntouched(timed);
  });

  it('says that the ceiling was exceeded, not the budget', () => {
    const messages = take.events
      // That frames were done without is said at the end as well, which is another matter.
      .filter(({ level, name }) => level === 'error' && name !== 'recordedWithLosses')
      .map(({ name, message }) => ({ name, message }));
    expect(messages).toEqual([
      {
        name: 'overCeiling',
        message: expect.stringMatching(/^Memory usage too high: [\d.]+ MB, ceiling [\d.]+ MB$/) as unknown,
      },
    ]);
  });

  it('ends in verified files', () => {
    expect(take.manifest.files.map(({ state }) => state)).toEqual(['verified', 'verified']);
    expect(take.resourceLeaks).toEqual({ orphanedFrames: 0, openStreams: 0, nativeFrames: 0 });
  });
});

describe('while memory is short', () => {
  it('keeps to the lowest layer over a full reconnect, and of whoever comes later', async () => {
    const widths: Record<string, number | null> = {};
    const take = await harness.record({
      participants: [
        { identity: 'ada', camera: large },
        { identity: 'eve', camera: large, joinAtMs: null },
      ],
      during: async (running) => {
        const { recorder, room, event } = running;
        recorder.setMemoryCeiling(50e6);
        await untilSnapshot(
          running.recorder,
          (snapshot) => stepOf(snapshot) === lastGovernorStep && isLowest(widthOf(snapshot)),
        );
        await recorder.lab.simulateScenario('fullReconnect');
        await event('reconnected');
        await room.command('eve', { type: 'join' });
        // A subscription begins with a layer of the server's choice, whenever the server comes to it. Had it not been
        // asked anew, it would be the highest after as many frames.
        for (const identity of ['ada', 'eve'] as const) {
          const receivedOf = (snapshot: Snapshot): number =>
            snapshot.sinks.find((sink) => sink.identity === identity)?.video?.accounting.received ?? 0;
          // What is known of the size is of the connection before, until frames of this one have come.
          const formerly = receivedOf(recorder.snapshot());
          const arrived = await untilSnapshot(
            running.recorder,
            (snapshot) =>
              receivedOf(snapshot) > formerly + 10 && isLowest(widthOf(snapshot, `${identity}.mp4`)),
          );
          const before = receivedOf(arrived);
          const after = await untilSnapshot(
            running.recorder,
            (snapshot) => receivedOf(snapshot) > before + 80,
          );
          widths[identity] = widthOf(after, `${identity}.mp4`);
        }
      },
    });
    expect(
      [widths['ada'], widths['eve']].every((width) => isLowest(width ?? null)),
      JSON.stringify(widths),
    ).toBe(true);
    expect(take.manifest.files.map(({ state }) => state)).toEqual(['verified', 'verified']);
  });
});
