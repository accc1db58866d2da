import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { manifestSchema } from '../../../src-main/contract/manifest.js';
import { accounting, event, makeSyntheticTake } from './synthetic-telemetry.js';

/** Twice the encoder stands still: its queues fill to their cap, frames are dropped, and memory stays flat. */
const stalls = [
  { fromSecond: 480, toSecond: 510 },
  { fromSecond: 1_200, toSecond: 1_230 },
] as const;
const minutes = 30;
const framesPerSecond = 30;
const maxFrameGapMs = 61;
/** What 30 queued frames of 720p need. */
const queuedBytes = 41_500_000;

/**
 * Synthetic telemetry of half an hour, for the picture of the report in the documents.
 *
 * @returns a new folder; the caller removes it
 */
export async function writeHalfAnHour(): Promise<string> {
  const folder = await writeTelemetry();
  const path = join(folder, 'manifest.json');
  const manifest = manifestSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  const seconds = minutes * 60;
  const files = manifest.files.map((file) => ({
    ...file,
    video: accounting(seconds * framesPerSecond, droppedBy(seconds), 0),
    maxFrameGapMs,
    missedFrames: 0,
  }));
  await writeFile(path, JSON.stringify({ ...manifest, files }));
  return folder;
}

function writeTelemetry(): Promise<string> {
  return makeSyntheticTake({
    minutes,
    snapshotChange: (second) => {
      const dropped = droppedBy(second);
      const isStalled = stalls.some(({ fromSecond, toSecond }) => second >= fromSecond && second < toSecond);
      return {
        ...(isStalled ? { memory: stalledMemory() } : {}),
        sinks: [
          {
            file: 'ada.mp4',
            identity: 'ada',
            isRecording: true,
            video: {
              maxQueuedFrames: isStalled ? 30 : second % 4,
              queueCapFrames: 30,
              frameGapMs: 34,
              maxFrameGapMs,
              accounting: accounting(second * framesPerSecond + 2, dropped, 2),
            },
            audio: { accounting: accounting(second * 100 + 1, 0, 1) },
          },
        ],
      };
    },
    extra: Object.fromEntries(
      stalls.flatMap(({ fromSecond, toSecond }) => [
        [fromSecond, [event(fromSecond, 'faultStarted', 'Fault: pauseFfmpeg, 30 s', 'warning', null)]],
        [toSecond, [event(toSecond, 'faultEnded', 'Fault over: pauseFfmpeg, 30 s', 'warning', null)]],
      ]),
    ),
  });
}

/** All frames of a stall but those that fit the queue. */
function droppedBy(second: number): number {
  return stalls.reduce((sum, { fromSecond, toSecond }) => {
    const seconds = Math.max(0, Math.min(second, toSecond) - fromSecond);
    return sum + Math.max(0, (seconds - 1) * framesPerSecond);
  }, 0);
}

function stalledMemory(): object {
  const rssBytes = 160_000_000 + queuedBytes;
  return {
    rssBytes,
    heapTotalBytes: 30_000_000,
    externalBytes: 20_000_000,
    nativeBytes: rssBytes - 50_000_000,
    ffmpegRssBytes: 85_000_000,
    budgetBytes: 285_000_000,
  };
}
