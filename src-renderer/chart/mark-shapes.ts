import type { MarkKind } from '../derive/chart-marks.js';

/** Each kind of mark has a shape of its own, as an SVG path around 0, 0. */
export const markShapes: Readonly<Record<MarkKind, string>> = {
  join: 'M0-5 L5 4 H-5Z',
  leave: 'M0 5 L5-4 H-5Z',
  gap: 'M0-6 L6 0 L0 6 L-6 0Z',
  drop: 'M-4-6 L0-2 L4-6 L6-4 L2 0 L6 4 L4 6 L0 2 L-4 6 L-6 4 L-2 0 L-6-4Z',
  saving: 'M-6-6 H-2 V-2 H2 V2 H6 V6 H-6Z',
  fault: 'M-3-6 H3 L6-3 V3 L3 6 H-3 L-6 3 V-3Z',
  marker: 'M-4 7 V-6 H6 L3-2.5 L6 1 H-2 V7Z',
  take: 'M0-5 A5 5 0 1 1 0 5 A5 5 0 1 1 0-5Z',
};

/** What the shapes stand for, where nobody can hover over them. */
export const markWords: Readonly<Record<MarkKind, string>> = {
  join: 'joined',
  leave: 'left',
  gap: 'gap',
  drop: 'frames dropped',
  saving: 'frames reduced, or back',
  fault: 'fault',
  marker: 'marker',
  take: 'take started or stopped',
};
