import { judgeFlatness, type Flatness } from '#engine/telemetry/flatness.js';
import { profileFor, sizes, wait, withRecorder, withRoom, type Bench } from './bench.js';
import { limitedFigure, type Figure, type Measurement, type Outcome } from './measurement.js';
import { receivedFrames, recorderSnapshot } from './recorder-reading.js';
import { RssTrace } from './rss-trace.js';

const limits = [
  { name: '720p', limitMb: 170 },
  { name: '1080p', limitMb: 210 },
] as const;

const readEveryMs = 500;

interface Span {
  readonly warmUpMs: number;
  readonly judgedMs: number;
  readonly blockMs: number;
}

const outcomes: Readonly<Record<Flatness['verdict'], Outcome>> = {
  flat: 'met',
  leaking: 'missed',
  undecided: 'undecided',
  unreadable: 'undecided',
};

/** The recorder's resident memory over some minutes of one participant: its maximum, and whether it is flat. */
export async function measureMemory(bench: Bench): Promise<Measurement> {
  const span: Span = bench.isQuick
    ? { warmUpMs: 5_000, judgedMs: 20_000, blockMs: 4_000 }
    : { warmUpMs: 60_000, judgedMs: 300_000, blockMs: 20_000 };
  const figures: Figure[] = [];
  const notes: string[] = [];
  const details: Record<string, unknown> = { span };
  for (const { name, limitMb } of limits) {
    bench.progress(`b: ${name}30 for ${(span.warmUpMs + span.judgedMs) / 1000} s`);
    const { maxMb, flatness, framesPerSecond, budgetMb } = await watch(bench, name, span);
    figures.push(
      limitedFigure(`RSS at 1x ${name}30, maximum`, maxMb, limitMb, { unit: 'MB' }),
      slopeFigure(name, flatness),
    );
    notes.push(
      `${name}30: ${describe(flatness)}; ${framesPerSecond.toFixed(2)} frames per second received, budget ${budgetMb.toFixed(0)} MB.`,
    );
    details[name] = { maxMb, flatness, framesPerSecond, budgetMb };
  }
  return {
    id: 'b',
    title: 'Resident memory of the recorder (without ffmpeg)',
    method:
      `The maximum is over the whole take. Flat: Theil-Sen slope over minima of ${span.blockMs / 1000} s, 90 % interval ` +
      `below 1 MB/min; the first ${span.warmUpMs / 1000} s are left out. Read from outside every ${readEveryMs / 1000} s.`,
    figures,
    notes,
    details,
  };
}

interface Watched {
  readonly maxMb: number;
  readonly flatness: Flatness;
  readonly framesPerSecond: number;
  readonly budgetMb: number;
}

async function watch(bench: Bench, name: '720p' | '1080p', span: Span): Promise<Watched> {
  const size = sizes[name];
  return withRoom(bench, { size, participants: 1 }, async (_room, source) =>
    withRecorder(bench, source, profileFor(size), async (recorder) => {
      const trace = new RssTrace(recorder.pid, readEveryMs);
      const stopTrace = bench.cleanup.add(() => trace.stop());
      await wait(span.warmUpMs);
      const before = receivedFrames(await recorderSnapshot(recorder));
      await wait(span.judgedMs);
      const snapshot = await recorderSnapshot(recorder);
      await stopTrace();
      return {
        maxMb: trace.maxMb(),
        flatness: judgeFlatness(trace.readings, span),
        framesPerSecond: (receivedFrames(snapshot) - before) / (span.judgedMs / 1000),
        budgetMb: (snapshot.memory.budgetBytes ?? NaN) / 1e6,
      };
    }),
  );
}

function slopeFigure(name: string, { slope, verdict }: Flatness): Figure {
  return {
    name: `RSS at 1x ${name}30, slope`,
    value: slope?.mbPerMinute ?? NaN,
    unit: 'MB/min',
    digits: 2,
    target: 'flat',
    outcome: outcomes[verdict],
  };
}

function describe({ slope, verdict, blockMinimaBytes }: Flatness): string {
  if (slope === null) return `${verdict}, ${blockMinimaBytes.length} blocks`;
  const interval = `${slope.lowerMbPerMinute.toFixed(2)} to ${slope.upperMbPerMinute.toFixed(2)} MB/min`;
  return `${verdict}, 90 % interval ${interval} over ${blockMinimaBytes.length} blocks`;
}
