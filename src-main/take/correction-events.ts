import type { EventReporter } from '../telemetry/event-reporter.js';

/** Behind a standstill there are dozens in a second: a line tells all of one. In milliseconds. */
const atMostEveryMs = 1_000;

/**
 * Tells that audio that goes on was moved: the first time at once, and what follows within a second with the next one after it.
 *
 * @param now milliseconds of a monotonic clock
 * @returns to be called with each correction, in milliseconds: repeated when positive, left out when negative
 */
export function correctionEvents(
  report: Pick<EventReporter, 'info'>,
  identity: string,
  now: () => number,
): (correctionMs: number) => void {
  let toldAtMs = -Infinity;
  let [steps, repeatedMs, leftOutMs] = [0, 0, 0];
  return (correctionMs) => {
    steps += 1;
    if (correctionMs > 0) repeatedMs += correctionMs;
    else leftOutMs -= correctionMs;
    const nowMs = now();
    if (nowMs - toldAtMs < atMostEveryMs) return;
    toldAtMs = nowMs;
    const what = [
      ...(repeatedMs > 0 ? [`${Math.round(repeatedMs)} ms repeated`] : []),
      ...(leftOutMs > 0 ? [`${Math.round(leftOutMs)} ms left out`] : []),
    ].join(', ');
    report.info(
      'audioCorrected',
      `Audio kept in time: ${what}${steps === 1 ? '' : `, in ${steps} steps`}`,
      identity,
      { correctionMs: Math.round(repeatedMs - leftOutMs), steps },
    );
    [steps, repeatedMs, leftOutMs] = [0, 0, 0];
  };
}
