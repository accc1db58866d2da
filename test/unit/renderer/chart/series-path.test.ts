import { describe, expect, it } from 'vitest';
import { linePath, stackedPath } from '../../../../src-renderer/chart/series-path.js';
import type { TelemetryRow } from '../../../../src-renderer/derive/telemetry-series.js';

const frame = { fromMs: 1000, toMs: 2000, ceiling: 100, width: 100, height: 50, inset: 0 };

function rows(...values: readonly (readonly [atMs: number, heap: number | null, external: number | null])[]) {
  return values.map(
    ([atMs, heapBytes, externalBytes]) => ({ atMs, heapBytes, externalBytes }) as TelemetryRow,
  );
}

describe('linePath', () => {
  it('stands on its place, and is interrupted where nothing was measured', () => {
    const path = linePath(
      rows([1000, 0, 0], [1250, 50, 0], [1500, null, 0], [2000, 100, 0]),
      'heapBytes',
      frame,
    );
    expect(path).toBe('M0.0 50.0L25.0 25.0M100.0 0.0');
  });

  it('leaves out what was before the time shown', () => {
    expect(linePath(rows([900, 10, 0], [1500, 50, 0]), 'heapBytes', frame)).toBe('M50.0 25.0');
  });

  it('holds a step until the next one', () => {
    const path = linePath(rows([1000, 20, 0], [1500, 40, 0]), 'heapBytes', frame, true);
    expect(path).toBe('M0.0 40.0H50.0V30.0');
  });
});

describe('stackedPath', () => {
  it('stands on what is below it, as one closed area for each stretch', () => {
    const measured = rows([1000, 20, 10], [1250, 40, 20], [1500, null, null], [1750, 20, 20], [2000, 20, 20]);
    expect(stackedPath(measured, ['heapBytes'], 'externalBytes', frame)).toBe(
      'M0.0 35.0L25.0 20.0L25.0 30.0L0.0 40.0Z' + 'M75.0 30.0L100.0 30.0L100.0 40.0L75.0 40.0Z',
    );
  });
});
