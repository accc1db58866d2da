import type { Cleanup } from './cleanup.js';
import type { Measurement } from './measurement.js';

/** One thing to be measured. */
export interface MeasurementJob {
  readonly id: string;
  /** From then on no result is waited for: something hangs, or the machine does other work. */
  readonly deadlineMs: number;
  /** @param cleanup of this measurement alone: what it starts and does not end is ended after it */
  readonly measure: (cleanup: Cleanup) => Promise<Measurement>;
}

export interface MeasurementListener {
  readonly onBegin: (id: string) => void;
  /** Called when a measurement is done, before the next begins. */
  readonly onMeasured: (measurement: Measurement) => Promise<void> | void;
  readonly onFailed: (failure: string) => void;
}

/**
 * Measures one after the other. One that fails or misses its deadline does not keep the others from being
 * measured, and leaves no process to disturb them.
 *
 * @returns a sentence for each that was not measured
 */
export async function runMeasurements(
  jobs: readonly MeasurementJob[],
  cleanup: Cleanup,
  listener: MeasurementListener,
): Promise<readonly string[]> {
  const failures: string[] = [];
  for (const job of jobs) {
    listener.onBegin(job.id);
    const part = cleanup.part();
    try {
      await listener.onMeasured(await withinDeadline(job, part));
    } catch (thrown) {
      const failure = `${job.id}: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
      failures.push(failure);
      listener.onFailed(failure);
    } finally {
      await part.run();
    }
  }
  return failures;
}

async function withinDeadline(job: MeasurementJob, cleanup: Cleanup): Promise<Measurement> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no result within ${describeMinutes(job.deadlineMs)}; its processes were ended`));
    }, job.deadlineMs);
  });
  try {
    const result = job.measure(cleanup);
    // When its processes are ended under it, it fails as well, and nobody waits for that.
    result.catch(() => undefined);
    return await Promise.race([result, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

function describeMinutes(ms: number): string {
  return ms < 60_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`;
}
