/**
 * When things happen in a take that shows what the caps are for, in milliseconds of the take: the one place for engine,
 * terminal and window.
 */
export const besideTimes = {
  /** The recorder without caps begins: before it can be seen what the take needs by itself. */
  startMs: 4_000,
  /** From here on the encoders of both stand still. */
  troubleMs: 10_000,
} as const;
