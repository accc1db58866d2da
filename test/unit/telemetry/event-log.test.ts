import { afterEach, describe, expect, it, vi } from 'vitest';
import type { RecorderEvent } from '../../../src-main/contract/snapshot.js';
import { EventLog } from '../../../src-main/telemetry/event-log.js';
import { EventReporter } from '../../../src-main/telemetry/event-reporter.js';

const eventOf = (name: string): RecorderEvent => ({
  at: '2026-01-01T00:00:00.000Z',
  takeMs: null,
  level: 'info',
  name,
  message: name,
  identity: null,
  details: {},
});

afterEach(() => {
  vi.useRealTimers();
});

describe('the event log', () => {
  it('keeps the newest, and tells every one of them to whoever listens', () => {
    const log = new EventLog(2);
    const heard: string[] = [];
    const end = log.subscribe(({ name }) => heard.push(name));
    for (const name of ['a', 'b', 'c']) log.add(eventOf(name));
    expect(log.entries.map(({ name }) => name)).toEqual(['b', 'c']);
    end();
    log.add(eventOf('d'));
    expect(heard).toEqual(['a', 'b', 'c']);
    expect(log.entries.map(({ name }) => name)).toEqual(['c', 'd']);
  });
});

describe('the reporter', () => {
  it('adds when it was, by the wall clock and by the take’s', () => {
    vi.useFakeTimers({ now: Date.UTC(2026, 0, 2, 3, 4, 5) });
    const log = new EventLog(10);
    const report = new EventReporter(log, () => 1_250);
    report.info('joined', 'Ada joined');
    report.warning('filling', 'Filling up', 'ada', { queuedFrames: 21 });
    report.error('lost', 'Lost', 'ben');
    const known = { at: '2026-01-02T03:04:05.000Z', takeMs: 1_250 };
    expect(log.entries).toEqual([
      { ...known, level: 'info', name: 'joined', message: 'Ada joined', identity: null, details: {} },
      {
        ...known,
        level: 'warning',
        name: 'filling',
        message: 'Filling up',
        identity: 'ada',
        details: { queuedFrames: 21 },
      },
      { ...known, level: 'error', name: 'lost', message: 'Lost', identity: 'ben', details: {} },
    ]);
  });
});
