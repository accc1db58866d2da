import { type Bench, profileFor, sizes, wait, withRecorder, withRoom } from './bench.js';
import { recorderSnapshot } from './recorder-reading.js';
import { RssTrace } from './rss-trace.js';
import { Subject } from './subject.js';
import type { ReadArgument } from './subject-messages.js';

/** Something is held up for a while: how the memory of one process went. In megabytes. */
export interface HoldUp {
  readonly startMb: number;
  /** The highest above the start, from the beginning of the hold-up to the end of the reading. */
  readonly growthMb: number;
  readonly peakMb: number;
  /** Above (or below) the start when the time to recover is over. */
  readonly remainderMb: number;
  readonly heldMs: number;
  /** The baseline was ended before it filled the machine. */
  readonly wasCutShort: boolean;
}

export interface HoldUpTimes {
  readonly settleMs: number;
  readonly holdMs: number;
  readonly recoverMs: number;
}

/** Holds the process up and resolves when it is let go. */
export type Holder = (subject: Subject, holdMs: number) => Promise<void>;

const readEveryMs = 100;
/** Memory at one moment is the median over this long: one collection must not decide. */
const momentMs = 2_000;
/** A baseline without a bound is ended here, before it harms the machine. */
const safetyStopMb = 2_000;

/** One 720p30 participant, recorded; `hold` is what happens to the recorder. */
export async function holdUpRecorder(
  bench: Bench,
  times: HoldUpTimes,
  hold: Holder,
): Promise<HoldUp & { readonly budgetMb: number; readonly watchdogTrips: number }> {
  const size = sizes['720p'];
  return withRoom(bench, { size, participants: 1 }, async (_room, source) =>
    withRecorder(bench, source, profileFor(size), async (recorder) => {
      await wait(times.settleMs);
      const { memory } = await recorderSnapshot(recorder);
      const heldUp = await observe(bench, recorder, times, hold);
      const { watchdogTrips } = await recorderSnapshot(recorder);
      return { ...heldUp, budgetMb: (memory.budgetBytes ?? NaN) / 1e6, watchdogTrips };
    }),
  );
}

/** The same track, read by rtc-node's own VideoStream. */
export async function holdUpPlainReader(bench: Bench, times: HoldUpTimes, hold: Holder): Promise<HoldUp> {
  return withRoom(bench, { size: sizes['720p'], participants: 1 }, async (_room, source) => {
    const reader = await Subject.launch('plain-reader', bench.cleanup);
    try {
      await reader.ask('start', { source } satisfies ReadArgument);
      await wait(times.settleMs);
      return await observe(bench, reader, times, hold);
    } finally {
      await reader.kill();
    }
  });
}

async function observe(bench: Bench, subject: Subject, times: HoldUpTimes, hold: Holder): Promise<HoldUp> {
  const safety = { hasStopped: false };
  const trace = new RssTrace(subject.pid, readEveryMs, (rssMb) => {
    if (rssMb < safetyStopMb || safety.hasStopped) return;
    safety.hasStopped = true;
    void subject.kill();
  });
  const stopTrace = bench.cleanup.add(() => trace.stop());
  try {
    await wait(momentMs);
    const startMs = performance.now();
    const startMb = trace.medianMb(startMs - momentMs, startMs);
    await hold(subject, times.holdMs).catch((thrown: unknown) => {
      if (!safety.hasStopped) throw thrown;
    });
    const heldMs = performance.now() - startMs;
    // The last moment ends when the time to recover does.
    await wait(times.recoverMs);
    const endMs = performance.now();
    const peakMb = trace.maxMb(startMs);
    return {
      startMb,
      peakMb,
      growthMb: peakMb - startMb,
      remainderMb: safety.hasStopped ? NaN : trace.medianMb(endMs - momentMs / 2, endMs) - startMb,
      heldMs,
      wasCutShort: safety.hasStopped,
    };
  } finally {
    await stopTrace();
  }
}
