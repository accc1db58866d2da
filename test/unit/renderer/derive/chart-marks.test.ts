import { expect, it } from 'vitest';
import {
  type ChartMark,
  markerLabels,
  type MarkGroup,
  withMark,
} from '../../../../src-renderer/derive/chart-marks.js';

const marker = (atMs: number, label: string): MarkGroup => ({ atMs, kind: 'marker', label, count: 1 });
/** A pixel for each second. */
const xOf = (atMs: number): number => atMs / 1_000;

it('names markers where there is room, and nothing else', () => {
  const join: MarkGroup = { atMs: 150_000, kind: 'join', label: 'eve joined', count: 1 };
  expect(markerLabels([marker(10_000, 'Intro'), join, marker(200_000, 'Question')], xOf, 400)).toEqual([
    { x: 15, text: 'Intro', anchor: 'start' },
    { x: 205, text: 'Question', anchor: 'start' },
  ]);
});

it('covers no name with another one, and puts the last one before its line', () => {
  const labels = markerLabels(
    [marker(10_000, 'Introduction'), marker(40_000, 'Covered'), marker(390_000, 'End')],
    xOf,
    400,
  );
  expect(labels.map(({ anchor, text }) => [text, anchor])).toEqual([
    ['Introduction', 'start'],
    ['End', 'end'],
  ]);
});

it('cuts a long name, and leaves out what is not on the chart', () => {
  const [label, ...others] = markerLabels(
    [marker(-5_000, 'Before'), marker(10_000, 'A name that goes on for ever and ever')],
    xOf,
    400,
  );
  expect(label?.text).toBe('A name that goes on for…');
  expect(others).toEqual([]);
});

it('says the name alone, and nothing over the axis or beyond the edge of a narrow chart', () => {
  const logged = marker(100_000, 'Marker: Marker 1');
  expect(markerLabels([logged], xOf, 400).map(({ text }) => text)).toEqual(['Marker 1']);
  expect(markerLabels([marker(40_000, 'Marker: Second question')], xOf, 120)).toEqual([]);
  expect(markerLabels([marker(100_000, 'Marker')], xOf, 400).map(({ text }) => text)).toEqual(['Marker']);
});

it('keeps what somebody marked while a bad line has a gap each second', () => {
  const marker: ChartMark = { atMs: 0, kind: 'marker', label: 'Opening' };
  let marks: readonly ChartMark[] = [marker];
  for (let atMs = 1_000; atMs <= 600_000; atMs += 1_000)
    marks = withMark(marks, { atMs, kind: 'gap', label: 'A gap' });
  expect(marks).toHaveLength(400);
  expect(marks[0]).toBe(marker);
  expect(marks[1]?.atMs).toBe(202_000);
  for (let atMs = 601_000; atMs <= 1_100_000; atMs += 1_000) marks = withMark(marks, { ...marker, atMs });
  expect(marks).toHaveLength(400);
  expect(marks.every(({ kind }) => kind === 'marker')).toBe(true);
});
