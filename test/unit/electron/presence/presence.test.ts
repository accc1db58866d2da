import { expect, test } from 'vitest';
import { Alerts } from '../../../../electron/presence/alerts.js';
import { isLossy, presenceOf } from '../../../../electron/presence/presence.js';
import type { ConsoleEvent, ConsoleState } from '../../../../src-main/contract/console.js';
import type { EndedTake } from '../../../../src-main/contract/ended-take.js';
import type { LosingStream, LossAlarm } from '../../../../src-main/contract/loss-watch.js';
import { accountOf, endedTake, outcome } from '../../../renderer/fake-ends.js';
import { sinkWith, snapshot } from '../../renderer/stores/snapshots.js';
import { consoleState } from './console-state.js';

const take = { name: 'demo-1', startedAt: '2026-11-24T09:00:00.000Z', markers: [] };
const recording = consoleState({ recorder: 'recording', connection: 'connected', take });

test('a paused take says so, and offers to go on', () => {
  const paused = consoleState({ ...recording, take: { ...take, isPaused: true } });
  expect(presenceOf(recording)).toMatchObject({ mayPause: true, mayResume: false });
  expect(presenceOf(paused)).toMatchObject({
    label: 'PAUSED demo-1',
    title: 'PAUSED demo-1 – Plateau',
    isRecording: true,
    mayPause: false,
    mayResume: true,
    mayStop: true,
  });
});

test('title and buttons follow the recorder', () => {
  expect(presenceOf(consoleState())).toMatchObject({ title: 'Plateau', mayStart: false, mayStop: false });
  const source = { kind: 'demo' as const, host: 'h', room: 'demo' };
  expect(presenceOf(consoleState({ recorder: 'ready', connection: 'connected', source }))).toMatchObject({
    title: 'Ready: demo – Plateau',
    mayStart: true,
    mayStop: false,
    mayMark: false,
  });
  expect(presenceOf(consoleState({ recorder: 'ready', connection: 'waiting', source }))).toMatchObject({
    label: 'Waiting for demo',
    mayStart: true,
  });
  expect(presenceOf(consoleState({ recorder: 'ready', connection: 'reconnecting', source }))).toMatchObject({
    title: 'Reconnecting: demo – Plateau',
    mayStart: false,
  });
  expect(presenceOf(recording)).toMatchObject({
    title: '● REC demo-1 – Plateau',
    isRecording: true,
    progress: null,
    mayStop: true,
    mayMark: true,
  });
});

const ada: LosingStream = {
  ...{ file: 'ada.mp4', name: 'Ada', medium: 'video', cause: 'encoderBehind' },
  ...{ lost: 12, isLosing: true, pixels: null },
};
const losing: LossAlarm = { isLosing: true, streams: [ada] };
const lost: LossAlarm = { isLosing: false, streams: [{ ...ada, isLosing: false }] };

test('tray and title say what a take loses while it does, and that it did', () => {
  expect(presenceOf(recording, losing)).toMatchObject({
    label: '● LOSING VIDEO: ADA – encoder behind',
    title: '● LOSING VIDEO: ADA – encoder behind – Plateau',
  });
  expect(presenceOf(recording, lost, true)).toMatchObject({ label: '● REC demo-1, with losses' });
  const paused = consoleState({ ...recording, take: { ...take, isPaused: true } });
  expect(presenceOf(paused, lost, true)).toMatchObject({ label: 'PAUSED demo-1' });
});

test('a take is called one with losses when the window calls it so', () => {
  expect(isLossy(snapshot(60_000))).toBe(false);
  const sinks = [{ ...sinkWith({}), gaps: { count: 1, longestMs: 300 } }];
  expect(isLossy(snapshot(60_000, { sinks }))).toBe(true);
  // What was too little to count is no loss, and was acknowledged by nobody.
  expect(presenceOf(recording, lost)).toMatchObject({ label: '● REC demo-1' });
});

test('a loss is told while it goes on, once in a while', () => {
  let nowMs = 0;
  const alerts = new Alerts(() => nowMs);
  expect(alerts.ofLosses(null)).toBeNull();
  expect(alerts.ofLosses(lost)).toBeNull();
  expect(alerts.ofLosses(losing)).toMatchObject({ title: 'LOSING VIDEO: ADA – encoder behind' });
  expect(alerts.ofLosses({ ...losing, streams: [{ ...ada, lost: 40 }] })).toBeNull();
  expect(alerts.ofLosses({ ...losing, streams: [{ ...ada, medium: 'audio' }] })).toMatchObject({
    title: 'LOSING AUDIO: ADA – encoder behind',
  });
  nowMs = 31_000;
  expect(alerts.ofLosses(losing)).not.toBeNull();
});

test('the task bar shows how far a take is saved', () => {
  const saving = consoleState({ recorder: 'finalizing', take, finalizingFraction: 0.4 });
  expect(presenceOf(saving)).toMatchObject({ progress: 0.4, isRecording: false, mayStop: false });
});

const stateEvent = (state: ConsoleState): ConsoleEvent => ({ type: 'state', state });
const errorEvent = (name: string, level: 'warning' | 'error' = 'error'): ConsoleEvent => ({
  type: 'event',
  event: {
    at: take.startedAt,
    takeMs: 1,
    level,
    name,
    message: 'The disk is full.',
    identity: null,
    details: {},
  },
});

test('errors are told, warnings wait; a fault that repeats itself is told once in a while', () => {
  let nowMs = 0;
  const alerts = new Alerts(() => nowMs);
  expect(alerts.of(errorEvent('queue', 'warning'))).toBeNull();
  expect(alerts.of(errorEvent('diskFull'))).toMatchObject({ body: 'The disk is full.' });
  expect(alerts.of(errorEvent('diskFull'))).toBeNull();
  expect(alerts.of(errorEvent('other'))).not.toBeNull();
  nowMs = 31_000;
  expect(alerts.of(errorEvent('diskFull'))).not.toBeNull();
});

test('a take that ends is told with why, and again with what it has come to; a problem with its hint', () => {
  const alerts = new Alerts(() => 0);
  expect(alerts.of(stateEvent(recording))).toBeNull();
  const ended = endedTake({ takeName: 'demo-1' });
  const saving = (one: EndedTake): ConsoleState =>
    consoleState({ recorder: 'finalizing', take, endedTakes: [{ ...one, outcome: null }] });
  expect(alerts.of(stateEvent(saving(ended)))).toEqual({
    title: 'The room was ended by the server.',
    body: 'demo-1 is being saved.',
  });
  expect(alerts.of(stateEvent(saving(ended)))).toBeNull();
  expect(alerts.of(stateEvent(consoleState({ endedTakes: [ended] })))).toEqual({
    title: 'The room was ended by the server.',
    body: 'The take is kept: demo-1 is finalized, intact and complete; nothing lost.',
  });
  const problem = { code: 'connectionLost' as const, message: 'The room is lost.', hint: 'Join again.' };
  const lost = consoleState({ problem, endedTakes: [ended] });
  expect(alerts.of(stateEvent(lost))).toEqual({ title: 'The room is lost.', body: 'Join again.' });
  expect(alerts.of(stateEvent(lost))).toBeNull();
});

test('a take that somebody stopped is told once, and again only when something of it is missing', () => {
  const alerts = new Alerts(() => 0);
  alerts.of(stateEvent(recording));
  const stopped = endedTake({ takeName: 'demo-1', reason: 'stopped' });
  const saving = consoleState({ endedTakes: [{ ...stopped, outcome: null }] });
  expect(alerts.of(stateEvent(saving))).toEqual({
    title: 'Recording stopped',
    body: 'demo-1 is being saved.',
  });
  expect(alerts.of(stateEvent(consoleState({ endedTakes: [stopped] })))).toBeNull();
  const lossy = { ...stopped, outcome: outcome({ account: accountOf({ grade: 'losses', gaps: 2 }) }) };
  expect(alerts.of(stateEvent(saving))).not.toBeNull();
  expect(alerts.of(stateEvent(consoleState({ endedTakes: [lossy] })))).toEqual({
    title: 'Recording stopped',
    body: 'demo-1 is finalized and intact, but not complete; 2 gaps.',
  });
});
