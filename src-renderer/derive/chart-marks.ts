import type { TakeMemory } from '../../src-main/contract/history.js';
import type { RecorderEvent } from '../../src-main/contract/snapshot.js';
import { besidePoint } from './beside-point.js';

export type MarkKind = 'join' | 'leave' | 'gap' | 'drop' | 'saving' | 'fault' | 'marker' | 'take';

/** A moment on the charts' time axis. */
export interface ChartMark {
  readonly atMs: number;
  readonly kind: MarkKind;
  readonly label: string;
}

const kinds: Readonly<Record<string, MarkKind>> = {
  participantJoined: 'join',
  participantLeft: 'leave',
  longFrameGap: 'gap',
  audioGap: 'gap',
  loopBlocked: 'fault',
  processStoodStill: 'gap',
  receiverStoodStill: 'gap',
  queueFillingUp: 'drop',
  reconnecting: 'fault',
  encoderRestarted: 'fault',
  diskLow: 'fault',
  faultStarted: 'fault',
  faultEnded: 'fault',
  governorDegraded: 'saving',
  governorRecovered: 'saving',
  marker: 'marker',
  takeStarted: 'take',
  takePaused: 'take',
  takeResumed: 'take',
  takeSplit: 'take',
  takeStopped: 'take',
};

/**
 * What an event is on a chart, or null when it is for the log only.
 *
 * @param atMs on the axis of the chart
 */
export function markOf(
  event: Pick<RecorderEvent, 'level' | 'message' | 'name'>,
  atMs: number,
): ChartMark | null {
  const kind = kinds[event.name] ?? (event.level === 'error' ? 'fault' : null);
  if (kind === null) return null;
  return Number.isNaN(atMs) ? null : { atMs, kind, label: event.message };
}

/** The marks of a take that is over, on its own clock. */
export function marksOfTake(events: TakeMemory['marks']): ChartMark[] {
  return events.flatMap((event) => {
    const mark = markOf(event, event.takeMs);
    return mark === null ? [] : [mark];
  });
}

const maxMarks = 400;
/** Of a line that is bad they come each second, and must not push out what somebody wanted to find again. */
const passing: ReadonlySet<MarkKind> = new Set(['gap', 'drop', 'join', 'leave']);

/** Marks and one more, in memory that does not grow: the oldest goes, of those that come by themselves as long as there is one. */
export function withMark(marks: readonly ChartMark[], mark: ChartMark): readonly ChartMark[] {
  if (marks.length < maxMarks) return [...marks, mark];
  const oldest = Math.max(
    0,
    marks.findIndex(({ kind }) => passing.has(kind)),
  );
  return [...marks.slice(0, oldest), ...marks.slice(oldest + 1), mark];
}

/** What hides what where two marks are too close to be told apart. */
const importance: Readonly<Record<MarkKind, number>> = {
  fault: 7,
  drop: 6,
  saving: 5,
  gap: 4,
  marker: 3,
  take: 2,
  join: 1,
  leave: 0,
};

export interface MarkGroup extends ChartMark {
  /** All of them, this one included. */
  readonly count: number;
}

/**
 * Marks as they are drawn: those closer than `apartMs` become one that shows the most important.
 *
 * @param marks in order of time
 */
export function groupMarks(marks: readonly ChartMark[], fromMs: number, apartMs: number): MarkGroup[] {
  const groups: MarkGroup[] = [];
  for (const mark of marks) {
    if (mark.atMs < fromMs) continue;
    const last = groups[groups.length - 1];
    if (last === undefined || mark.atMs - last.atMs >= apartMs) {
      groups.push({ ...mark, count: 1 });
      continue;
    }
    const shown = importance[mark.kind] > importance[last.kind] ? mark : last;
    groups[groups.length - 1] = { ...shown, atMs: last.atMs, count: last.count + 1 };
  }
  return groups;
}

/** The name of a marker where it stands, in pixels of the plot. */
export interface MarkerLabel {
  readonly x: number;
  readonly text: string;
  readonly anchor: 'start' | 'end';
}

/** Between a line and its name. */
const apartPixels = 5;
/** A name that is longer is cut; the tooltip has all of it. */
const maxCharacters = 24;
/** What the log has before a name, and the shape of the mark says. */
const markerPrefix = /^Marker: (?=.)/;

/**
 * The names of markers that have room beside one another: one that would cover another's, or the axis, is left out.
 *
 * @param groups in order of time
 * @param xOf pixels from the left edge of the plot
 * @param widthPx of the plot
 */
export function markerLabels(
  groups: readonly MarkGroup[],
  xOf: (atMs: number) => number,
  widthPx: number,
): MarkerLabel[] {
  const labels: MarkerLabel[] = [];
  let takenTo = -Infinity;
  for (const { atMs, kind, label } of groups) {
    const x = xOf(atMs);
    if (kind !== 'marker' || !(x >= 0 && x <= widthPx)) continue;
    const name = label.replace(markerPrefix, '');
    const text = name.length > maxCharacters ? `${name.slice(0, maxCharacters - 1)}…` : name;
    const place = besidePoint(x, text, apartPixels, widthPx);
    if (place.left < 0) continue;
    // It reaches from its line.
    if (Math.min(x, place.left) < takenTo) continue;
    labels.push({ x: place.x, text, anchor: place.anchor });
    takenTo = Math.max(x, place.right);
  }
  return labels;
}
