/** What became of work that was given a limited time. */
export type InTime<Value> = { readonly isInTime: true; readonly value: Value } | { readonly isInTime: false };

/**
 * Waits for work, but no longer than `limitMs`. The work itself goes on: a system call that a dead disk holds cannot
 * be ended. What it comes to after the time is ignored, also its failure.
 *
 * @param work rejects as it does when it fails in time
 */
export async function inTime<Value>(work: Promise<Value>, limitMs: number): Promise<InTime<Value>> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<InTime<Value>>((resolve) => {
    timer = setTimeout(() => resolve({ isInTime: false }), limitMs);
  });
  try {
    return await Promise.race([work.then((value) => ({ isInTime: true, value }) as const), limit]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined);
  }
}
