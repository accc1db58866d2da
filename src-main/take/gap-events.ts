import type { StreamGap } from '../contract/stamps.js';
import { formatMilliseconds } from '../format/time.js';
import type { EventReporter } from '../telemetry/event-reporter.js';

/**
 * Tells that a gap has ended.
 *
 * @param gapMs how long it was, in milliseconds
 */
export function tellGap(
  report: EventReporter,
  identity: string,
  stream: StreamGap['stream'],
  gapMs: number,
): void {
  const length = formatMilliseconds(gapMs);
  const details = { gapMs: Math.round(gapMs) };
  if (stream === 'audio')
    report.warning('audioGap', `No audio for ${length}, filled with silence`, identity, details);
  else report.warning('longFrameGap', `Long gap between frames: ${length}`, identity, details);
}
