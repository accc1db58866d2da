import { describe, expect, it } from 'vitest';
import { historySchema } from '../../../src-main/contract/history.js';
import { SessionHistory } from '../../../src-main/history/session-history.js';
import { Telemetry } from '../../../src-renderer/stores/telemetry.js';
import { snapshot } from '../renderer/stores/snapshots.js';

function event(name: string, at: string): Parameters<SessionHistory['acceptEvent']>[0] {
  return { at, takeMs: null, level: 'info', name, message: name, identity: null, details: {} };
}

describe('SessionHistory', () => {
  it('gives a window that comes late what another one has heard', () => {
    const history = new SessionHistory();
    const early = new Telemetry();
    const joined = event('participantJoined', snapshot(3_000).at);
    for (let second = 0; second < 900; second += 1) {
      const numbers = snapshot(second * 1000);
      history.acceptSnapshot(numbers);
      early.acceptSnapshot(numbers, second * 1000);
    }
    history.acceptEvent(joined);
    early.acceptEvent(joined);
    const late = new Telemetry();
    // Over a border, and by its schema.
    late.restore(historySchema.parse(JSON.parse(JSON.stringify(history.read()))));
    const next = snapshot(900_000);
    for (const telemetry of [early, late]) {
      telemetry.acceptSnapshot(next, 900_000);
      telemetry.showNumbers();
    }
    for (const range of ['1min', '5min', '15min', '30min', 'all'] as const) {
      for (const telemetry of [early, late]) telemetry.showChart(range);
      expect(late.shown.getState().chart).toEqual(early.shown.getState().chart);
      expect(late.shown.getState().chart.rows.length).toBeGreaterThan(range === '1min' ? 55 : 70);
    }
    expect(late.shown.getState().marks).toEqual(early.shown.getState().marks);
    expect(late.shown.getState().events).toEqual([joined]);
    expect(late.latestOfTake).toBe(next);
  });

  it('keeps the last numbers of a take that is over, and nothing of another room', () => {
    const history = new SessionHistory();
    history.acceptSnapshot(snapshot(5_000));
    history.acceptSnapshot({ ...snapshot(6_000), takeMs: null });
    expect(history.read().latestOfTake?.takeMs).toBe(5_000);
    for (let index = 0; index < 400; index += 1) history.acceptEvent(event('marker', snapshot(0).at));
    expect(history.read().events).toHaveLength(300);
    for (let index = 0; index < 400; index += 1)
      history.acceptEvent(event(index % 2 === 0 ? 'longFrameGap' : 'participantLeft', snapshot(0).at));
    // None of them has pushed out a marker, and the order is that in which they came.
    const names = history.read().events.map(({ name }) => name);
    expect(names).toHaveLength(600);
    expect(names.lastIndexOf('marker')).toBe(299);
    expect(names.slice(300).filter((name) => name === 'longFrameGap')).toHaveLength(150);
    history.reset();
    expect(history.read()).toMatchObject({ events: [], latestOfTake: null, series: { all: { rows: [] } } });
  });
});
