import type { Cleanup } from '../bench/cleanup.js';
import type { FaultRow, FaultTry } from './fault-row.js';

/** A row that is to be measured. */
export interface RowJob {
  readonly id: string;
  readonly fault: string;
  readonly tries: number;
  readonly tryDeadlineMs: number;
  /** @param cleanup of this try alone */
  readonly attempt: (cleanup: Cleanup) => Promise<FaultTry>;
}

export interface RowListener {
  /** Called after each try. */
  readonly onTried: (id: string, number: number, result: FaultTry) => void;
  /** Called when a row is done, before the next begins. */
  readonly onRow: (row: FaultRow) => Promise<void> | void;
  readonly onFailed: (failure: string) => void;
}

/**
 * Measures one row after the other. A try that fails or misses its deadline ends its row, which is left out: a table has
 * no row of fewer tries than were wanted. It leaves no process to disturb the next.
 *
 * @returns a sentence for each row that was not measured
 */
export async function runRows(
  jobs: readonly RowJob[],
  cleanup: Cleanup,
  listener: RowListener,
): Promise<readonly string[]> {
  const failures: string[] = [];
  for (const { attempt, fault, id, tries, tryDeadlineMs } of jobs) {
    const results: FaultTry[] = [];
    try {
      while (results.length < tries) {
        const part = cleanup.part();
        try {
          const result = await within(tryDeadlineMs, attempt(part));
          results.push(result);
          listener.onTried(id, results.length, result);
        } finally {
          await part.run();
        }
      }
      await listener.onRow({ id, fault, tries: results });
    } catch (thrown) {
      const failure = `${id}, try ${results.length + 1}: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
      failures.push(failure);
      listener.onFailed(failure);
    }
  }
  return failures;
}

async function within<Result>(deadlineMs: number, result: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no result within ${Math.round(deadlineMs / 1000)} s; its processes were ended`));
    }, deadlineMs);
  });
  // When its processes are ended under it, it fails as well, and nobody waits for that.
  result.catch(() => undefined);
  try {
    return await Promise.race([result, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
