import { availableParallelism } from 'node:os';
import type { Snapshot } from '#engine/contract/snapshot.js';
import { type Bench, fps, profileFor, sizes, wait, withRecorder, withRoom } from './bench.js';
import { captureFrames, startFfmpegAlone } from './ffmpeg-alone.js';
import { largestPassing } from './largest-passing.js';
import { type Measurement, plainFigure } from './measurement.js';
import { familyCpuMs } from './proc.js';
import { recorderSnapshot } from './recorder-reading.js';

const maxLost = 0.01;
const size = sizes['360p'];

/** One run with a number of participants. Shares are of what the window should hold. */
interface Run {
  readonly participants: number;
  /** Frames that are not in the files, whoever lost them. */
  readonly lost: number;
  /** The recorder's part of it: dropped by it, for whatever cause. */
  readonly droppedByRecorder: number;
  readonly lostOfWorst: number;
  readonly lostAudio: number;
  readonly skippedByPublishers: number;
  readonly recorderCores: number;
  readonly publisherCores: number;
  readonly serverCores: number;
}

interface Windows {
  readonly warmUpMs: number;
  readonly windowMs: number;
  readonly maxParticipants: number;
}

/** How many small participants can be recorded at once, beside how many ffmpeg alone can encode. */
export async function measureCapacity(bench: Bench): Promise<Measurement> {
  const windows: Windows = bench.isQuick
    ? { warmUpMs: 5_000, windowMs: 5_000, maxParticipants: 2 }
    : { warmUpMs: 10_000, windowMs: 20_000, maxParticipants: 64 };
  const runs: Run[] = [];
  const passes = async (participants: number): Promise<boolean> => {
    const run = await recordMany(bench, participants, windows);
    runs.push(run);
    bench.progress(`e: ${participants} participants, ${percent(run.lost)} of the frames missing`);
    return run.lost < maxLost && run.lostAudio < maxLost;
  };
  // A busy moment of the machine must not decide: a number fails when it fails twice.
  const most = await largestPassing(
    async (participants) => (await passes(participants)) || (await passes(participants)),
    windows.maxParticipants,
  );
  const encodable = await streamsEncodedInRealTime(bench, windows);
  return report(runs, most, encodable, windows);
}

async function recordMany(bench: Bench, participants: number, windows: Windows): Promise<Run> {
  return withRoom(bench, { size, participants }, async (room, source) =>
    withRecorder(bench, source, profileFor(size), async (recorder) => {
      const cpu = (): { recorder: number; publisher: number; server: number } => ({
        recorder: familyCpuMs(recorder.pid),
        publisher: room.pids.reduce((sum, pid) => sum + familyCpuMs(pid), 0),
        server: bench.server.pid === undefined ? NaN : familyCpuMs(bench.server.pid),
      });
      await wait(windows.warmUpMs);
      const before = { snapshot: await recorderSnapshot(recorder), cpu: cpu(), made: await room.measure() };
      await wait(windows.windowMs);
      const after = { snapshot: await recorderSnapshot(recorder), cpu: cpu(), made: await room.measure() };
      const elapsedMs = (after.snapshot.takeMs ?? NaN) - (before.snapshot.takeMs ?? NaN);
      const nominal = (elapsedMs / 1000) * fps;
      const kept = differences(before.snapshot, after.snapshot, keptFrames);
      const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
      return {
        participants,
        // Who is not in the room yet, or any more, has lost everything.
        lost: 1 - sum(kept) / (nominal * participants),
        droppedByRecorder:
          sum(differences(before.snapshot, after.snapshot, droppedFrames)) / (nominal * participants),
        lostOfWorst: 1 - Math.min(kept.length < participants ? 0 : Infinity, ...kept) / nominal,
        lostAudio:
          sum(differences(before.snapshot, after.snapshot, lostAudioMs)) / (elapsedMs * participants),
        skippedByPublishers: (after.made.slotsSkipped - before.made.slotsSkipped) / (nominal * participants),
        recorderCores: (after.cpu.recorder - before.cpu.recorder) / elapsedMs,
        publisherCores: (after.cpu.publisher - before.cpu.publisher) / elapsedMs,
        serverCores: (after.cpu.server - before.cpu.server) / elapsedMs,
      };
    }),
  );
}

type Sink = Snapshot['sinks'][number];

/** Per participant, how much a counter grew. */
function differences(before: Snapshot, after: Snapshot, count: (sink: Sink) => number): number[] {
  return after.sinks.map((sink) => {
    const earlier = before.sinks.find(({ file }) => file === sink.file);
    return count(sink) - (earlier === undefined ? 0 : count(earlier));
  });
}

/** What is queued will be written: only the window's edges differ. */
function keptFrames({ video }: Sink): number {
  return video === null ? 0 : video.accounting.written + video.accounting.queued;
}

function droppedFrames({ video }: Sink): number {
  return video === null ? 0 : Object.values(video.accounting.dropped).reduce((sum, count) => sum + count, 0);
}

function lostAudioMs({ audio }: Sink): number {
  return audio.lostMs;
}

/** As many ffmpeg processes as there are cores, as fast as they can, on frames of one participant. */
async function streamsEncodedInRealTime(bench: Bench, windows: Windows): Promise<number> {
  bench.progress('e: ffmpeg alone');
  const frames = await withRoom(bench, { size, participants: 1 }, async (_room, source) => {
    await wait(windows.warmUpMs);
    return captureFrames(bench, source, size, windows.windowMs);
  });
  const startMs = performance.now();
  const processes = Array.from({ length: availableParallelism() }, () =>
    startFfmpegAlone(bench, frames, false),
  );
  const exitCodes = await Promise.all(processes.map(({ ended }) => ended));
  if (exitCodes.some((code) => code !== 0)) throw new Error('ffmpeg alone failed');
  return (processes.length * frames.mediaMs) / (performance.now() - startMs);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

function report(runs: readonly Run[], most: number, encodable: number, windows: Windows): Measurement {
  const best = runs.findLast((run) => run.participants === most && run.lost < maxLost);
  const describe = (run: Run): string =>
    `${run.participants}: ${percent(run.lost)} of the frames missing (${percent(run.droppedByRecorder)} dropped by the ` +
    `recorder, ${percent(run.skippedByPublishers)} never painted by the publishers; worst participant ` +
    `${percent(run.lostOfWorst)}), ${percent(run.lostAudio)} of the audio. Cores: recorder with its ffmpeg ` +
    `${run.recorderCores.toFixed(2)}, publishers ${run.publisherCores.toFixed(2)}, server ${run.serverCores.toFixed(2)}.`;
  const cores = availableParallelism();
  const perParticipant = best === undefined ? NaN : best.recorderCores / best.participants;
  return {
    id: 'e',
    title: 'Participants of 360p30 with audio recorded at once, with less than 1 % missing',
    method:
      `Windows of ${windows.windowMs / 1000} s after ${windows.warmUpMs / 1000} s; a number fails when it fails twice. Missing counts against ` +
      '30 frames a second each, whoever lost them. Publishers and server run on the same cores. ffmpeg alone: ' +
      `${cores} processes with the same arguments on a file, as fast as they can; media time over wall time.`,
    figures: [
      plainFigure('participants recorded, publishers beside', most, { unit: '', digits: 0 }),
      plainFigure('streams ffmpeg alone encodes, nothing beside', encodable, { unit: '' }),
      plainFigure('CPU per participant, recorder with ffmpeg', 100 * perParticipant, { unit: '% of a core' }),
      plainFigure('by that CPU, participants without publishers', Math.floor(cores / perParticipant), {
        unit: '',
        digits: 0,
      }),
    ],
    notes: [...runs].sort((a, b) => a.participants - b.participants).map(describe),
    details: { windows, runs, most, encodable },
  };
}
