import { afterAll, beforeAll, describe, expect } from 'vitest';
import { profiles } from '#engine/contract/profile.js';
import { findFfmpeg } from '#engine/ffmpeg/ffmpeg-binary.js';
import { BeepDetector } from '#engine/lab/content/beep-detector.js';
import { quantile } from '#engine/lab/content/content-statistics.js';
import { decodeAudio, decodedSampleRateHz, decodeVideo } from '#engine/lab/content/decoded-file.js';
import { type FinishedTake, RecordingHarness } from '../../../fixtures/recording-harness.js';
import { outOfSync } from '../../../fixtures/sent-marks.js';
import { SharedTake, timedTest } from '../../../fixtures/timed-test.js';
import { MarkedBrowser, markEveryMs } from './marked-browser.js';

const executablePath = process.env['CHROMIUM_PATH'] ?? '';
const scripts = process.env['PLATEAU_TEST_LIVEKIT_CLIENT'] ?? '';

/** Audio that is earlier is noticed (ITU-R BT.1359). */
const noticedMs = 45;
/** The browser's camera shows a flash with its next frame, of 30 a second. */
const cameraFrameMs = 1000 / 30;
/** A canvas is painted 17 ms late on average, and a microphone sends its packet when 20 ms of it are full. */
const heldBackMs = 60;
/** From then on after a change everything is in sync. */
const settledMs = 1000;

interface SyncTake {
  readonly take: FinishedTake;
  readonly overload: string | null;
  /** On the take's timeline, when the browser had done it. */
  readonly onMs: number;
  readonly restartedMs: number;
  readonly pairs: readonly { readonly atMs: number; readonly offsetMs: number }[];
}

/** Offsets of the flashes from their beeps; positive: audio is late. */
async function readPairs(path: string): Promise<SyncTake['pairs']> {
  const { path: ffmpeg } = await findFfmpeg();
  const luma: number[] = [];
  const times = await decodeVideo(ffmpeg, path, { width: 32, height: 18 }, ({ pixels }) => {
    luma.push(pixels.reduce((sum, value) => sum + value, 0) / pixels.length);
  });
  const beeps = new BeepDetector();
  await decodeAudio(ffmpeg, path, decodedSampleRateHz / 1000, (samples) => beeps.push(samples));
  beeps.finish();
  return times.flatMap((atMs, frame) => {
    const isOnset = (luma[frame] ?? 0) > 150 && (luma[frame - 1] ?? 255) < 100 && (luma[frame - 1] ?? 0) > 20;
    if (!isOnset) return [];
    const offsets = beeps.onsetsMs.map((beepMs) => beepMs - atMs);
    const offsetMs = offsets.toSorted((a, b) => Math.abs(a) - Math.abs(b))[0];
    return offsetMs === undefined || Math.abs(offsetMs) > markEveryMs / 2 ? [] : [{ atMs, offsetMs }];
  });
}

describe.skipIf(executablePath === '' || scripts === '')('a camera of a browser', () => {
  let harness: RecordingHarness;
  let browsers: MarkedBrowser[] = [];

  beforeAll(async () => {
    harness = await RecordingHarness.open();
  });

  afterAll(async () => {
    for (const browser of browsers) await browser.close();
    browsers = [];
    await harness.close();
  });

  const shared = new SharedTake<SyncTake>(async () => {
    const browser = await MarkedBrowser.launch(executablePath, scripts);
    browsers.push(browser);
    let [onMs, restartedMs] = [NaN, NaN];
    const take = await harness.record({
      // Each frame keeps its own millisecond: what a grid moves is judged elsewhere.
      profile: { ...profiles['720p30'], canvas: { width: 640, height: 360 }, frameRate: 'variable' },
      participants: [],
      before: (room) => browser.enter(room, 'ada'),
      during: async ({ startedAtMs, until }) => {
        await until(4);
        await browser.camera(false);
        await until(6);
        await browser.camera(true);
        onMs = Date.now() - startedAtMs;
        await until(10.5);
        await browser.restartCamera(320, 180);
        restartedMs = Date.now() - startedAtMs;
        await until(14.5);
      },
    });
    await browser.close();
    browsers = browsers.filter((open) => open !== browser);
    return { take, overload: take.overload, onMs, restartedMs, pairs: await readPairs(take.path('ada')) };
  });

  function offsetsBetween({ pairs }: SyncTake, fromMs: number, toMs: number): readonly number[] {
    return pairs.filter(({ atMs }) => atMs >= fromMs && atMs < toMs).map(({ offsetMs }) => offsetMs);
  }

  timedTest('is in sync with its microphone before anything changes', shared, (take) => {
    const offsets = offsetsBetween(take, 1500, 4000);
    expect(offsets.length).toBeGreaterThan(3);
    expect(Math.abs(quantile(offsets, 0.5))).toBeLessThanOrEqual(heldBackMs);
  });

  timedTest('is so a second after it was switched off and on', shared, (take) => {
    expectAsBefore(take, take.onMs + settledMs, take.onMs + 4000);
  });

  timedTest('is so a second after it was opened again at another size', shared, (take) => {
    expectAsBefore(take, take.restartedMs + settledMs, take.restartedMs + 4000);
  });

  /** What the browser holds back is the same as before, and nothing is added to it. */
  function expectAsBefore(take: SyncTake, fromMs: number, toMs: number): void {
    const before = quantile(offsetsBetween(take, 1500, 4000), 0.5);
    const pairs = take.pairs
      .filter(({ atMs }) => atMs >= fromMs && atMs < toMs)
      .map(({ atMs: flashMs, offsetMs }) => ({
        ...{ flashMs, beepMs: flashMs + offsetMs },
        offsetMs: offsetMs - before,
      }));
    expect(pairs.length).toBeGreaterThan(3);
    expect(outOfSync(pairs, noticedMs, cameraFrameMs)).toEqual([]);
  }
});
