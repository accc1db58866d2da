import type { TimeSpan } from '../../src-main/chart/time-axis.js';

/** Less than that is a point or two: nothing would be seen. */
const leastZoomMs = 10_000;
/** What a key moves the time shown by, of its length. */
const panShare = 0.25;

/**
 * The stretch between two moments, in any order, that lies within what there is; at least ten seconds of it.
 *
 * @param outer the time that is shown without a zoom
 * @returns null when that is all of it
 */
export function zoomBetween(oneMs: number, otherMs: number, outer: TimeSpan): TimeSpan | null {
  const wantedMs = Math.max(leastZoomMs, Math.abs(otherMs - oneMs));
  const lengthMs = outer.toMs - outer.fromMs;
  if (wantedMs >= lengthMs) return null;
  const middleMs = (oneMs + otherMs) / 2;
  const fromMs = Math.min(outer.toMs - wantedMs, Math.max(outer.fromMs, middleMs - wantedMs / 2));
  return { fromMs, toMs: fromMs + wantedMs };
}

/** What a key does to the time shown; the same object when it does nothing. @returns null when all of it is shown then */
export function zoomByKey(key: string, shown: TimeSpan, outer: TimeSpan): TimeSpan | null {
  const { fromMs, toMs } = shown;
  const lengthMs = toMs - fromMs;
  const stepMs = lengthMs * panShare;
  switch (key) {
    case '+':
    case '=':
      return zoomBetween(fromMs + stepMs, toMs - stepMs, outer);
    case '-':
      return zoomBetween(fromMs - lengthMs / 2, toMs + lengthMs / 2, outer);
    case 'ArrowLeft':
      return zoomBetween(fromMs - stepMs, toMs - stepMs, outer);
    case 'ArrowRight':
      return zoomBetween(fromMs + stepMs, toMs + stepMs, outer);
    case 'Escape':
      return null;
    default:
      return shown;
  }
}
