import type { Source } from '#engine/contract/recording.js';
import type { SyntheticRoom } from '#engine/lab/room/synthetic-room.js';
import { median } from '#engine/telemetry/flatness.js';
import { type Bench, profileFor, sizes, wait, withRecorder, withRoom } from './bench.js';
import { type CapturedFrames, captureFrames, startFfmpegAlone } from './ffmpeg-alone.js';
import { limitedFigure, type Measurement, plainFigure } from './measurement.js';
import { familyCpuMs } from './proc.js';
import { receivedFrames, recorderCpuMs, recorderSnapshot } from './recorder-reading.js';
import { Subject } from './subject.js';
import { framesSchema, type ReadArgument } from './subject-messages.js';

const limitRatio = 1.1;
const aimRatio = 1.05;

/** CPU as a share of one core, over one window. */
interface Reading {
  readonly mainCores: number;
  readonly ffmpegCores: number;
  readonly publisherCores: number;
  readonly framesPerSecond: number;
}

interface Windows {
  readonly warmUpMs: number;
  readonly windowMs: number;
  readonly pairs: number;
}

/** CPU of recording against receive-and-drop plus ffmpeg alone, in turns. */
export async function measureCpu(bench: Bench): Promise<Measurement> {
  const windows: Windows = bench.isQuick
    ? { warmUpMs: 4_000, windowMs: 5_000, pairs: 1 }
    : { warmUpMs: 10_000, windowMs: 25_000, pairs: 5 };
  const size = sizes['720p'];
  return withRoom(bench, { size, participants: 1 }, async (room, source) => {
    // The publisher's bitrate has to reach its height before anything is compared.
    await wait(windows.warmUpMs);
    const mediaMs = windows.warmUpMs + windows.windowMs + 4_000;
    const frames = await captureFrames(bench, source, size, mediaMs);
    const recording: Reading[] = [];
    const apart: Reading[] = [];
    for (let pair = 1; pair <= windows.pairs; pair += 1) {
      recording.push(await readRecorder(bench, room, source, windows));
      apart.push(await readApart(bench, room, source, frames, windows));
      bench.progress(
        `a: pair ${pair} of ${windows.pairs}: ratio ${ratios(recording, apart).at(-1)?.toFixed(3) ?? ''}`,
      );
    }
    return report(recording, apart, windows);
  });
}

async function readRecorder(
  bench: Bench,
  room: SyntheticRoom,
  source: Source,
  { warmUpMs, windowMs }: Windows,
): Promise<Reading> {
  return withRecorder(bench, source, profileFor(sizes['720p']), async (recorder) => {
    const frames = async (): Promise<number> => receivedFrames(await recorderSnapshot(recorder));
    await wait(warmUpMs);
    return readWindow(room, windowMs, frames, () => recorderCpuMs(recorder));
  });
}

/** The dropping reader and ffmpeg alone, both at once, so that caches and cores are shared as in a take. */
async function readApart(
  bench: Bench,
  room: SyntheticRoom,
  source: Source,
  frames: CapturedFrames,
  { warmUpMs, windowMs }: Windows,
): Promise<Reading> {
  const reader = await Subject.launch('dropping-reader', bench.cleanup);
  const ffmpeg = startFfmpegAlone(bench, frames, true);
  try {
    await reader.ask('start', { source } satisfies ReadArgument);
    const frames = async (): Promise<number> => (await reader.askFor(framesSchema, 'frames')).video;
    await wait(warmUpMs);
    const reading = await readWindow(room, windowMs, frames, () => ({
      main: familyCpuMs(reader.pid),
      ffmpeg: familyCpuMs(ffmpeg.pid),
    }));
    await reader.stop();
    return reading;
  } finally {
    await ffmpeg.kill();
    await reader.kill();
  }
}

async function readWindow(
  room: SyntheticRoom,
  windowMs: number,
  frames: () => Promise<number>,
  cpuMs: () => { readonly main: number; readonly ffmpeg: number },
): Promise<Reading> {
  const publisherCpuMs = (): number => room.pids.reduce((sum, pid) => sum + familyCpuMs(pid), 0);
  const framesBefore = await frames();
  const before = { atMs: performance.now(), ...cpuMs(), publisher: publisherCpuMs() };
  await wait(windowMs);
  const after = { atMs: performance.now(), ...cpuMs(), publisher: publisherCpuMs() };
  const elapsedMs = after.atMs - before.atMs;
  return {
    mainCores: (after.main - before.main) / elapsedMs,
    ffmpegCores: (after.ffmpeg - before.ffmpeg) / elapsedMs,
    publisherCores: (after.publisher - before.publisher) / elapsedMs,
    framesPerSecond: ((await frames()) - framesBefore) / (elapsedMs / 1000),
  };
}

function ratios(recording: readonly Reading[], apart: readonly Reading[]): number[] {
  const cores = ({ mainCores, ffmpegCores }: Reading): number => mainCores + ffmpegCores;
  return recording.flatMap((reading, index) => {
    const other = apart[index];
    return other === undefined ? [] : [cores(reading) / cores(other)];
  });
}

function report(recording: readonly Reading[], apart: readonly Reading[], windows: Windows): Measurement {
  const all = ratios(recording, apart);
  const middle = (readings: readonly Reading[], pick: (reading: Reading) => number): number =>
    median(readings.map(pick));
  const percent = (readings: readonly Reading[], pick: (reading: Reading) => number): number =>
    100 * middle(readings, pick);
  const main = ({ mainCores }: Reading): number => mainCores;
  const ffmpeg = ({ ffmpegCores }: Reading): number => ffmpegCores;
  const publisher = ({ publisherCores }: Reading): number => publisherCores;
  const rate = ({ framesPerSecond }: Reading): number => framesPerSecond;
  const ofCore = { unit: '% of a core' };
  return {
    id: 'a',
    title: 'CPU of recording 1x 720p30 VP8 with audio, over receiving and encoding apart',
    method:
      `Median ratio of ${all.length} pairs in turns, each a window of ${windows.windowMs / 1000} s after ${windows.warmUpMs / 1000} s ` +
      'of warm-up. Apart: a process that drops every frame of our frame source uncopied, beside ffmpeg with the same ' +
      'arguments on a file of the frames, read in real time (-re).',
    figures: [
      limitedFigure('CPU ratio', median(all), limitRatio, { unit: '', digits: 3 }, aimRatio),
      plainFigure('recorder', percent(recording, main), ofCore),
      plainFigure('its ffmpeg', percent(recording, ffmpeg), ofCore),
      plainFigure('receive and drop', percent(apart, main), ofCore),
      plainFigure('ffmpeg alone', percent(apart, ffmpeg), ofCore),
    ],
    notes: [
      `Ratios of the pairs: ${all.map((ratio) => ratio.toFixed(3)).join(', ')}.`,
      `Publisher: ${percent(recording, publisher).toFixed(0)} % of a core beside the recorder, ` +
        `${percent(apart, publisher).toFixed(0)} % beside the others; frames received: ` +
        `${middle(recording, rate).toFixed(2)} and ${middle(apart, rate).toFixed(2)} per second.`,
    ],
    details: { windows, ratios: all, recording, apart },
  };
}
