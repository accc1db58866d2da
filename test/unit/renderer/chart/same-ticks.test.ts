import { describe, expect, it } from 'vitest';
import { timeAxis } from '../../../../src-main/chart/time-axis.js';
import { timingAxis } from '../../../../src-main/chart/value-axis.js';
import type { Snapshot } from '../../../../src-main/contract/snapshot.js';
import { formatDuration } from '../../../../src-main/format/time.js';
import { TelemetrySeries } from '../../../../src-main/history/telemetry-series.js';
import { buildReport } from '../../../../src-main/report/build-report.js';
import { reportPage } from '../../../../src-main/report/report-page.js';
import { memoryAxisOf } from '../../../../src-renderer/chart/memory-axis.js';
import { writeSyntheticTake } from '../../report/synthetic-take.js';
import { snapshot, takeStartMs } from '../stores/snapshots.js';

/** What a snapshot says of memory and time, second by second. */
type Course = (second: number) => Pick<Snapshot, 'memory' | 'eventLoopMaxLateMs' | 'unbounded'>;

function course(change: (second: number) => Partial<Snapshot['memory']>, lateMs = 12): Course {
  return (second) => ({
    memory: {
      ...snapshot(0).memory,
      ...{
        rssBytes: 150e6 + (second % 37) * 4e5,
        ffmpegRssBytes: 85e6,
        budgetBytes: 285e6,
        ceilingBytes: null,
      },
      ...change(second),
    },
    eventLoopMaxLateMs: second === 90 ? lateMs : 3,
    unbounded: null,
  });
}

function unboundedTo(bytes: number): Snapshot['unbounded'] {
  return {
    ...{ state: 'running', stopReason: null, rssBytes: bytes, peakRssBytes: bytes, stopAtBytes: 2.5e9 },
    ...{ people: 1, ofPeople: 3, queuedFrames: 5, queuedBytes: 7e6, peakQueuedFrames: 6 },
    ...{ receivedFrames: 90, writtenFrames: 80 },
  };
}

const minutes = 4;

/** The same take as the window saw it, and as its report is written. */
async function bothOf(at: Course) {
  const series = new TelemetrySeries();
  for (let second = 0; second <= minutes * 60; second += 1)
    series.add(takeStartMs + second * 1000, snapshot(second * 1000, at(second)));
  const rows = series.read('all');
  const page = reportPage(await buildReport(await writeSyntheticTake({ minutes, snapshotChange: at })));
  return { rows, page };
}

/** The texts along the left side of one of the report's charts. */
function valueTicksOf(page: string, id: string): number[] {
  const [, chart = ''] = page.split(`aria-labelledby="${id}-t`);
  const [svg = ''] = chart.split('</svg>');
  return [...svg.matchAll(/<text class="tick"[^>]* text-anchor="end">([\d.]+)</g)].map(([, text]) =>
    Number(text),
  );
}

// The exported image is drawn by the window's own chart, with the axes that are looked at here.
describe('the same take stands at the same ticks in window, image and report', () => {
  it.each<readonly [name: string, course: Course, highest: number]>([
    ['calm', course(() => ({})), 350],
    ['with a larger budget', course(() => ({ budgetBytes: 460e6 })), 500],
    ['over its budget', course((second) => ({ rssBytes: 150e6 + second * 2e6 })), 700],
    ['with a ceiling above its budget', course(() => ({ ceilingBytes: 400e6 })), 500],
    ['with a ceiling far above everything', course(() => ({ ceilingBytes: 4e9 })), 350],
    [
      'beside a recorder without caps',
      (second) => ({
        ...course(() => ({}))(second),
        unbounded: unboundedTo(second === 0 ? 1e6 : second * 8e6),
      }),
      2_500,
    ],
  ])('%s', async (_, at, highest) => {
    const { rows, page } = await bothOf(at);
    const ticks = memoryAxisOf(rows)?.ticks.map((bytes) => bytes / 1e6) ?? [];
    expect(ticks.at(-1)).toBe(highest);
    expect(valueTicksOf(page, 'memory')).toEqual(ticks);
  });

  it.each([12, 412])('an event loop that is late by %d ms', async (lateMs) => {
    const { rows, page } = await bothOf(course(() => ({}), lateMs));
    const highest = Math.max(...rows.map(({ loopLateMs }) => loopLateMs ?? 0));
    expect(highest).toBe(lateMs);
    expect(valueTicksOf(page, 'loop')).toEqual(timingAxis(highest).ticks);
  });

  it('a take that began on the hour, on the clock and from its beginning', async () => {
    const { page } = await bothOf(course(() => ({})));
    const { ticks } = timeAxis({ fromMs: takeStartMs, toMs: takeStartMs + minutes * 60_000 }, 884, 'wall');
    const [, chart = ''] = page.split('aria-labelledby="memory-t');
    const [svg = ''] = chart.split('</svg>');
    const texts = [...svg.matchAll(/<text class="tick" x="[\d.]+" y="311"[^>]*>([^<]+)</g)].map(
      ([, text]) => text,
    );
    expect(texts).toEqual(ticks.map((tick) => formatDuration(tick - takeStartMs)));
    expect(texts).toContain('1 min 30 s');
  });
});
