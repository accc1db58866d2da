import { describe, expect, it } from 'vitest';
import { unaccountedFrames } from '../../../../src-main/contract/drop-causes.js';
import { accountOfSnapshot } from '../../../../src-main/contract/loss-account.js';
import type { RecorderEvent, Snapshot } from '../../../../src-main/contract/snapshot.js';
import { SessionHistory } from '../../../../src-main/history/session-history.js';
import { pointsPerSeries } from '../../../../src-main/history/telemetry-series.js';
import { type ChartMark, groupMarks, markOf } from '../../../../src-renderer/derive/chart-marks.js';
import { runsOf } from '../../../../src-renderer/derive/event-runs.js';
import { describeSaving } from '../../../../src-renderer/derive/saving.js';
import { judgeMemory } from '../../../../src-renderer/derive/verdict.js';
import { Telemetry } from '../../../../src-renderer/stores/telemetry.js';
import { memory, sinkWith, snapshot, takeStartMs } from './snapshots.js';

const noTime = { fromMs: 0, toMs: 0 };

function event(name: string, level: RecorderEvent['level'] = 'info', takeMs = 0): RecorderEvent {
  const at = new Date(takeStartMs + takeMs).toISOString();
  return { at, takeMs, level, name, message: name, identity: null, details: {} };
}

describe('Telemetry', () => {
  it('shows nothing until it is told to, and then the latest', () => {
    const telemetry = new Telemetry();
    let changes = 0;
    telemetry.shown.subscribe(() => (changes += 1));
    for (let takeMs = 0; takeMs < 10_000; takeMs += 100) telemetry.acceptSnapshot(snapshot(takeMs), takeMs);
    expect(changes).toBe(0);
    telemetry.showNumbers();
    telemetry.showNumbers();
    expect(changes).toBe(1);
    expect(telemetry.shown.getState().snapshot?.takeMs).toBe(9_900);
    expect(telemetry.clock).toEqual({ takeMs: 9_900, heardAtMs: 9_900 });
  });

  it('draws at most as many points as the chart is made for, whose parts add up', () => {
    const telemetry = new Telemetry();
    for (let takeMs = 0; takeMs < 40 * 60_000; takeMs += 500)
      telemetry.acceptSnapshot(snapshot(takeMs), takeMs);
    const minutes = { '1min': 1, '5min': 5, '15min': 15, '30min': 30, all: 40 } as const;
    for (const [range, shownMinutes] of Object.entries(minutes) as [keyof typeof minutes, number][]) {
      telemetry.showChart(range);
      const { rows, time } = telemetry.shown.getState().chart;
      expect(Math.round((time.toMs - time.fromMs) / 60_000)).toBe(shownMinutes);
      expect(rows.length).toBeGreaterThan(pointsPerSeries / 3);
      expect(rows.length).toBeLessThanOrEqual(pointsPerSeries);
      for (const { rssBytes, heapBytes, externalBytes, nativeBytes } of rows) {
        const sum = (heapBytes ?? 0) + (externalBytes ?? 0) + (nativeBytes ?? 0);
        expect(Math.abs(sum - (rssBytes ?? 0))).toBeLessThan(4);
      }
    }
  });

  it('shows a stretch in the finest points that reach back to it, and stays there while time goes on', () => {
    const telemetry = new Telemetry();
    const endMs = 20 * 60_000;
    for (let takeMs = 0; takeMs < endMs; takeMs += 500) telemetry.acceptSnapshot(snapshot(takeMs), takeMs);
    telemetry.showChart('all');
    const { outer } = telemetry.shown.getState().chart;
    const apartMs = (): number => {
      const [first, second] = telemetry.shown.getState().chart.rows;
      return (second?.atMs ?? 0) - (first?.atMs ?? 0);
    };
    const allApartMs = apartMs();
    const recent = { fromMs: outer.toMs - 120_000, toMs: outer.toMs - 60_000 };
    telemetry.showChart('all', recent);
    expect(apartMs()).toBeLessThan(allApartMs / 2);
    telemetry.acceptSnapshot(snapshot(endMs + 30_000), endMs + 30_000);
    telemetry.showChart('all', recent);
    expect(telemetry.shown.getState().chart.time).toEqual(recent);
    // Longer ago than the finest points reach.
    telemetry.showChart('all', { fromMs: outer.fromMs + 60_000, toMs: outer.fromMs + 120_000 });
    expect(telemetry.shown.getState().chart.rows[0]?.atMs).toBeLessThan(outer.fromMs + 60_000);
  });

  it('shows the take from its start to its end, and what runs up to now', () => {
    const telemetry = new Telemetry();
    const spanMs = (): number => {
      telemetry.showChart('take');
      const { fromMs, toMs } = telemetry.shown.getState().chart.time;
      return toMs - fromMs;
    };
    const run = (fromMs: number, toMs: number): void => {
      for (let ms = fromMs; ms < toMs; ms += 1_000) telemetry.acceptSnapshot(snapshot(ms), ms);
    };
    run(0, 60_000);
    telemetry.acceptEvent(event('takeStarted', 'info', 60_000));
    run(60_000, 240_001);
    expect(spanMs()).toBe(180_000);
    telemetry.acceptEvent(event('takeStopped', 'info', 240_000));
    run(241_000, 400_000);
    expect(spanMs()).toBe(180_000);
  });

  it('begins anew with another room: chart, marks, events and alarm', () => {
    const telemetry = new Telemetry();
    telemetry.acceptSnapshot(snapshot(1_000), 1_000);
    telemetry.acceptSnapshot(snapshot(1_500, { sinks: [sinkWith({ queueFull: 40 })] }), 1_500);
    telemetry.acceptEvent(event('faultStarted', 'warning'));
    telemetry.showNumbers();
    telemetry.showChart('5min');
    expect(telemetry.alarm.getState().alarm).not.toBeNull();
    expect(telemetry.shown.getState().marks).not.toEqual([]);
    telemetry.reset();
    expect(telemetry.alarm.getState().alarm).toBeNull();
    expect(telemetry.latestOfTake).toBeNull();
    const empty = {
      snapshot: null,
      latestOfTake: null,
      events: [],
      chart: { rows: [], time: noTime, outer: noTime },
      marks: [],
      steps: [],
    };
    expect(telemetry.shown.getState()).toEqual(empty);
    telemetry.showNumbers();
    telemetry.showChart('5min');
    expect(telemetry.shown.getState()).toMatchObject({ events: [], marks: [] });
    // What the next room has lost is its own.
    telemetry.acceptSnapshot(snapshot(60_000, { sinks: [sinkWith({ queueFull: 900 })] }), 60_000);
    expect(telemetry.alarm.getState().alarm?.streams.map(({ lost }) => lost)).toEqual([900]);
  });

  it('keeps a bounded number of the budget’s steps, and those of the engine in their place', () => {
    const telemetry = new Telemetry();
    telemetry.acceptSnapshot(snapshot(0), 0);
    const told = (takeMs: number): RecorderEvent => ({
      ...event('budgetChanged', 'info', takeMs),
      details: { totalBytes: takeMs, label: '+ Ada' },
    });
    for (let takeMs = 0; takeMs < 500; takeMs += 1) telemetry.acceptEvent(told(takeMs));
    telemetry.showChart('5min');
    const { steps } = telemetry.shown.getState();
    expect(steps).toHaveLength(200);
    telemetry.showNumbers();
    expect(telemetry.shown.getState().events).toEqual([]);
    expect(steps[199]).toMatchObject({ atMs: takeStartMs + 499, totalBytes: 499, label: '+ Ada' });
    const history = new SessionHistory();
    history.acceptEvent(told(7));
    telemetry.restore(history.read());
    telemetry.acceptSnapshot(snapshot(1_000), 1_000);
    telemetry.showChart('5min');
    expect(telemetry.shown.getState().steps.map(({ atMs }) => atMs)).toEqual([takeStartMs + 7]);
    telemetry.reset();
    expect(telemetry.shown.getState().steps).toEqual([]);
  });

  it('keeps a bounded number of events, the newest first', () => {
    const telemetry = new Telemetry();
    for (let index = 0; index < 2_000; index += 1) telemetry.acceptEvent(event('trackMuted', 'info', index));
    telemetry.showNumbers();
    const { events } = telemetry.shown.getState();
    expect(events.length).toBe(300);
    expect(events[0]?.takeMs).toBe(1_999);
  });

  it('marks the beginning of a burst of drops once', () => {
    const telemetry = new Telemetry();
    for (let second = 0; second < 10; second += 1) {
      const sinks = [sinkWith({ queueFull: second * 3 })];
      telemetry.acceptSnapshot(snapshot(second * 1000, { sinks }), second);
    }
    telemetry.showChart('5min');
    expect(telemetry.shown.getState().marks.map(({ kind }) => kind)).toEqual(['drop']);
  });
});

describe('runsOf', () => {
  it('counts what repeats instead of listing it, and says whom it happened to', () => {
    const filling = { ...event('queueFillingUp', 'warning'), message: 'Frame queue filling up: 30/30' };
    const events = [
      { ...filling, identity: 'eve' },
      { ...filling, identity: 'ada' },
      { ...filling, identity: 'eve' },
      event('takeStarted'),
      { ...event('participantJoined'), message: 'ada is in the room', identity: 'ada' },
      { ...event('participantJoined'), message: 'eve is in the room', identity: 'eve' },
    ];
    const told = runsOf(events, 10).map(({ latest, count, identities }) => [latest.name, count, identities]);
    expect(told).toEqual([
      ['queueFillingUp', 3, ['ada', 'eve']],
      ['takeStarted', 1, []],
      ['participantJoined', 1, []],
      ['participantJoined', 1, []],
    ]);
    expect(runsOf(events, 2)).toHaveLength(2);
  });

  it('says of each file and person what is said of them, and of nobody else', () => {
    const lossy = (identity: string, frames: number) => ({
      ...event('recordedWithLosses', 'error'),
      ...{ identity, message: `${identity}.mp4 is not complete. Missing: ${frames} of 1,800 frames.` },
    });
    const frozen = (identity: string) => ({
      ...event('signalMissing', 'warning'),
      ...{ identity, message: `The camera of ${identity} froze.` },
    });
    const events = [lossy('eve', 12), lossy('ben', 900), lossy('ada', 31), frozen('ben'), frozen('ada')];
    const told = runsOf(events, 10).map(({ latest, count, identities }) => [
      latest.identity,
      count,
      identities,
    ]);
    expect(told).toEqual([
      ['eve', 1, []],
      ['ben', 1, []],
      ['ada', 1, []],
      ['ben', 1, []],
      ['ada', 1, []],
    ]);
    // The same with another figure is no other sentence.
    expect(runsOf([lossy('eve', 12), lossy('eve', 1_013)], 10)).toMatchObject([{ count: 2 }]);
  });
});

describe('chart marks', () => {
  it('knows what belongs on the time axis', () => {
    expect(markOf(event('participantJoined'), 0)?.kind).toBe('join');
    expect(markOf(event('longFrameGap', 'warning'), 0)?.kind).toBe('gap');
    expect(markOf(event('governorDegraded', 'warning'), 0)?.kind).toBe('saving');
    expect(markOf(event('governorRecovered'), 0)?.kind).toBe('saving');
    expect(markOf(event('somethingNew', 'error'), 0)?.kind).toBe('fault');
    expect(markOf(event('trackMuted'), 0)).toBeNull();
  });

  it('shows the most important of those that are too close to be told apart', () => {
    const mark = (atMs: number, kind: ChartMark['kind']): ChartMark => ({ atMs, kind, label: kind });
    const marks = [mark(0, 'join'), mark(50, 'fault'), mark(80, 'marker'), mark(300, 'leave')];
    expect(groupMarks(marks, 0, 100)).toEqual([
      { atMs: 0, kind: 'fault', label: 'fault', count: 3 },
      { atMs: 300, kind: 'leave', label: 'leave', count: 1 },
    ]);
    expect(groupMarks(marks, 200, 100)).toHaveLength(1);
  });
});

describe('losses', () => {
  it('tells what is lost from what was never meant to be in a file', () => {
    const account = accountOfSnapshot(
      snapshot(1000, { sinks: [sinkWith({ queueFull: 3, paced: 5, notRecording: 2 })] }),
    );
    expect(account.losses.video.lostFrames).toBe(3);
    expect(account.dropped.video.paced).toBe(5);
  });

  it('counts what was left out to save memory as lost, without a mark of its own', () => {
    const telemetry = new Telemetry();
    for (const [takeMs, governed] of [
      [1_000, 0],
      [30_000, 40],
    ] as const) {
      const later = snapshot(takeMs, { sinks: [sinkWith({ governed })] });
      expect(accountOfSnapshot(later).losses.video.lostFrames).toBe(governed);
      telemetry.acceptSnapshot(later, takeMs);
    }
    telemetry.showChart('5min');
    expect(telemetry.shown.getState().marks).toEqual([]);
  });

  it('finds frames that are in no account', () => {
    const { video } = sinkWith({ byteCap: 4 }, 110, 100);
    if (video === null) throw new Error('the fake has a frame');
    expect(unaccountedFrames(video.accounting)).toBe(6);
  });
});

describe('judgeMemory', () => {
  it('does not judge without a budget, nor in the first minute', () => {
    expect(judgeMemory(null).kind).toBe('none');
    expect(judgeMemory(snapshot(0, memory(100, null))).kind).toBe('none');
    expect(judgeMemory(snapshot(59_000, memory(100e6, 200e6))).kind).toBe('warmingUp');
    expect(judgeMemory(snapshot(90_000, memory(100e6, 200e6))).kind).toBe('warmingUp');
    const flat = judgeMemory(snapshot(1_200_000, memory(100e6, 200e6)));
    expect(flat).toMatchObject({ kind: 'flat', title: 'FLAT', note: '+0.04 MB/min · peak 100 of 200 MB' });
    expect(flat.explanation).toContain('90 % interval −0.11 to +0.19');
  });

  it('says from the first second how much of the budget is taken, and when there will be a slope', () => {
    const begun = snapshot(31_000, memory(74e6, 200e6));
    if (begun.verdict === null) throw new Error('the fake has a verdict');
    const waiting = { ...begun, verdict: { ...begun.verdict, slopeAtMs: 160_000 } };
    expect(judgeMemory(waiting)).toMatchObject({
      kind: 'warmingUp',
      title: 'Within budget',
      note: '37 % · slope in 2:09',
      isOver: false,
    });
    const { slopeAtMs, ...older } = { ...begun.verdict, slopeAtMs: null };
    expect(slopeAtMs).toBeNull();
    expect(judgeMemory({ ...begun, verdict: older }).note).toBe('37 %');
  });

  it('keeps its word after the take, until the next one begins', () => {
    const last = snapshot(1_200_000, memory(100e6, 200e6));
    const after = { ...last, takeMs: null, verdict: null };
    expect(judgeMemory(after, last)).toMatchObject({ kind: 'flat', title: 'FLAT', isOver: true });
    expect(judgeMemory(after, snapshot(20_000, memory(100e6, 200e6)))).toMatchObject({
      title: 'Within budget',
      note: '50 % · too short for a slope',
      isOver: true,
    });
    const next = snapshot(1_000, memory(100e6, 200e6));
    expect(judgeMemory(next, next)).toMatchObject({ kind: 'warmingUp', isOver: false });
    expect(judgeMemory(after, null)).toMatchObject({ kind: 'none', title: 'Not recording' });
  });

  it('says at once when memory is over its budget, and goes on to say so after it came back', () => {
    expect(judgeMemory(snapshot(1_000, memory(210e6, 200e6))).kind).toBe('overBudget');
    const after = judgeMemory(snapshot(90_000, memory(150e6, 200e6, 210e6)));
    expect(after.kind).toBe('overBudget');
    expect(after.explanation).toContain('came back');
  });

  it('holds nothing against a budget that has no files yet', () => {
    const empty = { ...snapshot(1_000, memory(210e6, 200e6)), sinks: [] };
    expect(judgeMemory(empty)).toMatchObject({ kind: 'none', title: 'No file yet', note: '210 MB in use' });
    expect(judgeMemory(null, empty)).toMatchObject({ title: 'Nothing was recorded', isOver: true });
    const unbudgeted = { ...snapshot(1_000, memory(162e6, null)), sinks: [] };
    expect(judgeMemory(unbudgeted)).toMatchObject({
      kind: 'none',
      title: 'No file yet',
      note: '162 MB in use',
    });
  });

  it('holds a peak against the budget of its own moment', () => {
    const shrunk = memory(150e6, 170e6, 180e6).memory;
    if (shrunk === undefined) throw new Error('there is a memory');
    const within = { ...shrunk, peakBudgetBytes: 460e6, hasExceededBudget: false };
    expect(judgeMemory(snapshot(1_200_000, { memory: within }))).toMatchObject({
      kind: 'flat',
      note: '+0.04 MB/min · peak 180 of 460 MB',
    });
    const above = { ...shrunk, budgetBytes: 460e6, peakBudgetBytes: 460e6, hasExceededBudget: true };
    expect(judgeMemory(snapshot(90_000, { memory: above }))).toMatchObject({
      kind: 'overBudget',
      note: 'peak 180 MB, above a lower budget',
    });
    const early = { ...shrunk, peakBudgetBytes: null, hasExceededBudget: false };
    expect(judgeMemory(snapshot(90_000, { memory: early })).note).toBe('peak 180 MB');
  });
});

describe('a memory ceiling', () => {
  const withCeiling = (rssBytes: number, ceilingBytes: number | null): Snapshot['memory'] => ({
    ...snapshot(0).memory,
    rssBytes,
    peakRssBytes: rssBytes,
    budgetBytes: 460e6,
    ceilingBytes,
  });

  it('is judged while it is exceeded, and is no budget', () => {
    const over = judgeMemory(snapshot(90_000, { memory: withCeiling(210e6, 200e6) }));
    expect(over).toMatchObject({ kind: 'overCeiling', title: 'OVER CEILING', note: '210 of 200 MB' });
    expect(judgeMemory(snapshot(1_200_000, { memory: withCeiling(190e6, 200e6) })).kind).toBe('flat');
    expect(judgeMemory(snapshot(1_200_000, { memory: withCeiling(210e6, null) })).kind).toBe('flat');
  });

  it('has a line of its own in the chart', () => {
    const telemetry = new Telemetry();
    telemetry.acceptSnapshot(snapshot(1_000, { memory: withCeiling(150e6, null) }), 1_000);
    telemetry.acceptSnapshot(snapshot(60_000, { memory: withCeiling(150e6, 200e6) }), 60_000);
    telemetry.showChart('5min');
    const { rows } = telemetry.shown.getState().chart;
    expect([rows[0]?.ceilingBytes, rows.at(-1)?.ceilingBytes]).toEqual([null, 200e6]);
  });

  it('is given as the reason of what is done without', () => {
    expect(describeSaving(null).title).toBeNull();
    expect(describeSaving(snapshot(1_000)).title).toBeNull();
    const saving = describeSaving(
      snapshot(1_000, {
        memory: withCeiling(190e6, 200e6),
        governor: {
          step: 4,
          stepCount: 5,
          action: '5 fps',
          limitBytes: 200e6,
          limitedBy: 'ceiling',
        },
      }),
    );
    expect(saving.title).toBe('Saving memory: 5 fps');
    expect(saving.note).toBe('step 4 of 5, 190 MB of a ceiling of 200 MB');
    expect(saving.explanation).toContain('audio is never touched');
  });
});
