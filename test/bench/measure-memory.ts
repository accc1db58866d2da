import type { MemoryVerdict, ProcessVerdict } from '#engine/contract/verdict.js';
import { flatnessLimits } from '#engine/contract/verdict-rules.js';
import { describeVerdict } from '#engine/format/verdict-text.js';
import {
  MemoryTrendMonitor,
  type VerdictTimes,
  verdictTimes,
} from '#engine/telemetry/memory-trend-monitor.js';
import { type Bench, profileFor, sizes, wait, withRecorder, withRoom } from './bench.js';
import { type Figure, limitedFigure, type Measurement, type Outcome } from './measurement.js';
import { receivedFrames, recorderSnapshot } from './recorder-reading.js';
import { type MemoryReading, RssTrace } from './rss-trace.js';

const limits = [
  { name: '720p', limitMb: 170 },
  { name: '1080p', limitMb: 210 },
] as const;

const readEveryMs = 500;

interface Span {
  /** The product's own, but for a quick run. */
  readonly times: VerdictTimes;
  readonly judgedMs: number;
}

const outcomes: Readonly<Record<ProcessVerdict['verdict'], Outcome>> = {
  flat: 'met',
  leaking: 'missed',
  undecided: 'undecided',
  unreadable: 'undecided',
};

/** The recorder's resident memory over some minutes of one participant: its maximum, and whether it is flat. */
export async function measureMemory(bench: Bench): Promise<Measurement> {
  const span: Span = bench.isQuick
    ? { times: { warmUpMs: 5_000, baseBlockMs: 4_000, longestBlockMs: 4_000 }, judgedMs: 20_000 }
    : { times: verdictTimes, judgedMs: 300_000 };
  const { warmUpMs } = span.times;
  const figures: Figure[] = [];
  const notes: string[] = [];
  const details: Record<string, unknown> = { span };
  for (const { name, limitMb } of limits) {
    bench.progress(`b: ${name}30 for ${(warmUpMs + span.judgedMs) / 1000} s`);
    const { maxMb, verdict, framesPerSecond, budgetMb } = await watch(bench, name, span);
    figures.push(
      limitedFigure(`RSS at 1x ${name}30, maximum`, maxMb, limitMb, { unit: 'MB' }),
      slopeFigure(name, verdict.main),
    );
    notes.push(
      `${name}30: ${describe(verdict)}; ${framesPerSecond.toFixed(2)} frames per second received, budget ${budgetMb.toFixed(0)} MB.`,
    );
    details[name] = { maxMb, verdict, framesPerSecond, budgetMb };
  }
  return {
    id: 'b',
    title: 'Resident memory of the recorder (without ffmpeg)',
    method:
      `The maximum is over the whole take. Judged as the product does: Theil-Sen slope over minima of ` +
      `${span.times.baseBlockMs / 1000} s, flat when the ${flatnessLimits.confidencePercent} % interval is below ` +
      `${flatnessLimits.flatBelowMbPerMinute} MB/min; the first ${warmUpMs / 1000} s are left out. ` +
      `Read from outside every ${readEveryMs / 1000} s.`,
    figures,
    notes,
    details,
  };
}

interface Watched {
  readonly maxMb: number;
  readonly verdict: MemoryVerdict;
  readonly framesPerSecond: number;
  readonly budgetMb: number;
}

async function watch(bench: Bench, name: '720p' | '1080p', span: Span): Promise<Watched> {
  const size = sizes[name];
  return withRoom(bench, { size, participants: 1 }, async (_room, source) =>
    withRecorder(bench, source, profileFor(size), async (recorder) => {
      const trace = new RssTrace(recorder.pid, readEveryMs);
      const stopTrace = bench.cleanup.add(() => trace.stop());
      await wait(span.times.warmUpMs);
      const before = receivedFrames(await recorderSnapshot(recorder));
      await wait(span.judgedMs);
      const snapshot = await recorderSnapshot(recorder);
      // A block ends with the first reading after it.
      await wait(2 * readEveryMs);
      await stopTrace();
      return {
        maxMb: trace.maxMb(),
        verdict: verdictOn(trace.readings, span.times),
        framesPerSecond: (receivedFrames(snapshot) - before) / (span.judgedMs / 1000),
        budgetMb: (snapshot.memory.budgetBytes ?? NaN) / 1e6,
      };
    }),
  );
}

/** What the product would say of a recorder whose memory is read from outside. */
function verdictOn(readings: readonly MemoryReading[], times: VerdictTimes): MemoryVerdict {
  const monitor = new MemoryTrendMonitor({}, times);
  for (const { atMs, rssBytes } of readings) {
    monitor.add({
      atMs,
      mainRssBytes: rssBytes,
      ffmpegRssBytes: undefined,
      rendererRssBytes: undefined,
      workload: '',
    });
  }
  const { verdict } = monitor;
  if (verdict === null) throw new Error('The recorder’s memory was never read.');
  return verdict;
}

function slopeFigure(name: string, { slope, verdict }: ProcessVerdict): Figure {
  return {
    name: `RSS at 1x ${name}30, slope`,
    value: slope?.mbPerMinute ?? NaN,
    unit: 'MB/min',
    digits: 2,
    target: 'flat',
    outcome: outcomes[verdict],
  };
}

function describe({ main, windowMs, blockMs }: MemoryVerdict): string {
  return `${describeVerdict(main)} over ${Math.floor(windowMs / blockMs)} blocks`;
}
