import { unaccountedCopies } from '#engine/contract/copy-account.js';
import { lostPackets } from '#engine/contract/loss-account.js';
import { copyProfile, profiles } from '#engine/contract/profile.js';
import type { Snapshot } from '#engine/contract/snapshot.js';
import { type Bench, sizes, wait, withRecorder, withRoom } from './bench.js';
import { type Figure, limitedFigure, type Measurement, plainFigure } from './measurement.js';
import { familyCpuMs } from './proc.js';
import { recorderSnapshot } from './recorder-reading.js';

/** As cameras of 720p send it, and the targets were set for. */
const bitrateKbps = 2_500;
/** People, and the most that all of Plateau may take of a core to record them. */
const targets = [
  { people: 1, limitPercent: 5 },
  { people: 12, limitPercent: 14 },
  { people: 24, limitPercent: 24 },
  { people: 48, limitPercent: 42 },
] as const;
/** Resident memory is judged with so many. */
const memory = { people: 24, limitMb: 260 } as const;

interface Windows {
  readonly warmUpMs: number;
  readonly windowMs: number;
}

/** One run with a number of people. */
interface Run {
  readonly people: number;
  /** Of one core: the recorder, and the process or the encoders beside it. */
  readonly cores: number;
  readonly publisherCores: number;
  readonly serverCores: number;
  /** Of the whole take so far. */
  readonly rssMb: number;
  readonly packets: number;
  readonly lostPackets: number;
  readonly unaccounted: number;
}

/** CPU and memory of recording what was sent, with more and more people, and of encoding one of them. */
export async function measureCopy(bench: Bench): Promise<Measurement> {
  const windows: Windows = bench.isQuick
    ? { warmUpMs: 5_000, windowMs: 5_000 }
    : { warmUpMs: 15_000, windowMs: 30_000 };
  const wanted = bench.isQuick ? targets.slice(0, 1) : targets;
  const encoded = await record(bench, 1, 'encode', windows);
  const runs: Run[] = [];
  for (const { people } of wanted) {
    const run = await record(bench, people, 'copy', windows);
    runs.push(run);
    bench.progress(
      `f: ${people} people, ${(100 * run.cores).toFixed(1)} % of a core, ${run.lostPackets} packets lost`,
    );
  }
  return report(runs, encoded, windows);
}

async function record(
  bench: Bench,
  people: number,
  mode: 'copy' | 'encode',
  { warmUpMs, windowMs }: Windows,
): Promise<Run> {
  const profile = mode === 'copy' ? copyProfile : profiles['720p30'];
  return withRoom(bench, { size: sizes['720p'], participants: people, bitrateKbps }, async (room, source) =>
    withRecorder(bench, source, profile, async (recorder) => {
      const cpuMs = () => ({
        recorder: familyCpuMs(recorder.pid),
        publisher: room.pids.reduce((sum, pid) => sum + familyCpuMs(pid), 0),
        server: bench.server.pid === undefined ? NaN : familyCpuMs(bench.server.pid),
      });
      await wait(warmUpMs);
      const before = { atMs: performance.now(), cpu: cpuMs() };
      await wait(windowMs);
      const after = { atMs: performance.now(), cpu: cpuMs() };
      const snapshot = await recorderSnapshot(recorder);
      const elapsedMs = after.atMs - before.atMs;
      return {
        people,
        cores: (after.cpu.recorder - before.cpu.recorder) / elapsedMs,
        publisherCores: (after.cpu.publisher - before.cpu.publisher) / elapsedMs,
        serverCores: (after.cpu.server - before.cpu.server) / elapsedMs,
        rssMb: (snapshot.memory.peakRssBytes + (snapshot.memory.ffmpegRssBytes ?? 0)) / 1e6,
        ...packetsOf(snapshot),
      };
    }),
  );
}

function packetsOf({ sinks }: Snapshot): Pick<Run, 'lostPackets' | 'packets' | 'unaccounted'> {
  const accounts = sinks.flatMap(({ copy }) => (copy === undefined ? [] : [copy]));
  return {
    packets: accounts.reduce(
      (sum, { audio, video }) => sum + audio.packets.expected + video.packets.expected,
      0,
    ),
    lostPackets: accounts.reduce((sum, account) => sum + lostPackets(account), 0),
    unaccounted: accounts.reduce(
      (sum, { audio, video }) => sum + unaccountedCopies(audio) + unaccountedCopies(video),
      0,
    ),
  };
}

function report(runs: readonly Run[], encoded: Run, { warmUpMs, windowMs }: Windows): Measurement {
  const figures = runs.flatMap((run): Figure[] => {
    const limit = targets.find(({ people }) => people === run.people)?.limitPercent ?? NaN;
    return [
      limitedFigure(`CPU of copying ${run.people}x 720p30`, 100 * run.cores, limit, { unit: '% of a core' }),
      limitedFigure('  packets lost in it', run.lostPackets, 0, { unit: '', digits: 0 }),
      ...(run.people === memory.people
        ? [limitedFigure('  memory, all of Plateau', run.rssMb, memory.limitMb, { unit: 'MB' })]
        : []),
    ];
  });
  return {
    id: 'f',
    title: 'Copy mode: recording what was sent, and encoding one of it beside',
    method:
      `Windows of ${windowMs / 1000} s after ${warmUpMs / 1000} s, VP8 of ${bitrateKbps / 1000} Mbit/s with audio. CPU is that of the ` +
      'recorder with the process that receives, or its ffmpeg; publishers and server run on the same cores. Memory is the ' +
      'recorder’s peak with that of all its processes.',
    figures: [
      ...figures,
      plainFigure('CPU of encoding 1x 720p30', 100 * encoded.cores, { unit: '% of a core' }),
      plainFigure('  memory, all of Plateau', encoded.rssMb, { unit: 'MB' }),
    ],
    notes: runs.map(
      ({ lostPackets: lost, packets, people, publisherCores, rssMb, serverCores, unaccounted }) =>
        `${people}: ${rssMb.toFixed(0)} MB; ${packets} packets, ${lost} lost, ${unaccounted} unaccounted. Cores: publishers ` +
        `${publisherCores.toFixed(2)}, server ${serverCores.toFixed(2)}.`,
    ),
    details: { warmUpMs, windowMs, bitrateKbps, runs, encoded },
  };
}
