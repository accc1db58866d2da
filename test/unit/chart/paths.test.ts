import { describe, expect, it } from 'vitest';
import { linePath, stackedPath } from '../../../src-main/chart/paths.js';
import { plotOf } from '../../../src-main/chart/plot.js';

const plot = plotOf(
  { left: 0, right: 100, top: 0, bottom: 50 },
  { fromMs: 1000, toMs: 2000 },
  { low: 0, high: 100, ticks: [] },
);

interface Row {
  readonly atMs: number;
  readonly heap: number | null;
  readonly external: number | null;
}

const atMs = (row: Row): number => row.atMs;
const heap = (row: Row): number | null => row.heap;
const external = (row: Row): number | null => row.external;

function rows(
  ...values: readonly (readonly [atMs: number, heap: number | null, external: number | null])[]
): Row[] {
  return values.map(([moment, ...parts]) => ({ atMs: moment, heap: parts[0], external: parts[1] }));
}

describe('linePath', () => {
  it('stands on its place, and is interrupted where nothing was measured', () => {
    const measured = rows([1000, 0, 0], [1250, 50, 0], [1500, null, 0], [1750, 25, 0], [2000, 100, 0]);
    expect(linePath(measured, atMs, heap, plot)).toBe('M0,50L25,25M75,37.5L100,0');
  });

  it('leaves out what was before the time shown, and keeps what is later at its edge', () => {
    const path = linePath(rows([900, 10, 0], [1500, 50, 0], [2500, 50, 0]), atMs, heap, plot);
    expect(path).toBe('M50,25L100,25');
  });

  it('holds a step until the next one', () => {
    const path = linePath(rows([1000, 20, 0], [1500, 40, 0]), atMs, heap, plot, true);
    expect(path).toBe('M0,40L50,40L50,30');
  });

  it('says tenths of a pixel, and nothing of nothing', () => {
    expect(linePath(rows([1333, 33.333, 0], [1667, 66.667, 0]), atMs, heap, plot)).toBe(
      'M33.3,33.3L66.7,16.7',
    );
    expect(linePath([], atMs, heap, plot)).toBe('');
  });

  it('asks rows without a value for nothing else', () => {
    const holed = [...rows([1000, 0, 0], [1250, 50, 0]), null, ...rows([2000, 100, 0])];
    const moment = (row: Row | null): number => {
      if (row === null) throw new Error('asked');
      return row.atMs;
    };
    expect(linePath(holed, moment, (row) => row?.heap ?? null, plot)).toBe('M0,50L25,25M100,0Z');
  });
});

describe('stackedPath', () => {
  it('stands on what is below it, as one closed area for each stretch', () => {
    const measured = rows([1000, 20, 10], [1250, 40, 20], [1500, null, null], [1750, 20, 20], [2000, 20, 20]);
    expect(stackedPath(measured, atMs, [heap, external], plot)).toBe(
      'M0,35L25,20L25,30L0,40Z' + 'M75,30L100,30L100,40L75,40Z',
    );
  });

  it('stands on nothing that was not measured', () => {
    const measured = rows([1000, 20, 10], [1250, null, 20], [1500, 20, 10], [1750, 20, 10]);
    expect(stackedPath(measured, atMs, [heap, external], plot)).toBe(
      'M0,35L0,40Z' + 'M50,35L75,35L75,40L50,40Z',
    );
  });
});
