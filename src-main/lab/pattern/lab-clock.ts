/**
 * The clock that every synthetic participant on this machine shares: milliseconds since the Unix
 * epoch, monotonic within a process (a step of the system's clock does not reach a running one).
 *
 * Every whole second of it is a flash and a beep.
 */
export function labNowMs(): number {
  return performance.timeOrigin + performance.now();
}
