import { expect, test } from 'vitest';
import { Alerts } from '../../../../electron/presence/alerts.js';
import { presenceOf } from '../../../../electron/presence/presence.js';
import type { ConsoleEvent, ConsoleState } from '../../../../src-main/contract/console.js';
import type { LosingStream, LossAlarm } from '../../../../src-main/contract/loss-watch.js';
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
  expect(presenceOf(recording, lost)).toMatchObject({ label: '● REC demo-1, with losses' });
  const paused = consoleState({ ...recording, take: { ...take, isPaused: true } });
  expect(presenceOf(paused, lost)).toMatchObject({ label: 'PAUSED demo-1' });
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

test('a take that stops is told once, and a problem with its hint', () => {
  const alerts = new Alerts(() => 0);
  expect(alerts.of(stateEvent(recording))).toBeNull();
  const saving = consoleState({ recorder: 'finalizing', take });
  expect(alerts.of(stateEvent(saving))).toEqual({
    title: 'Recording stopped',
    body: 'demo-1 is being saved.',
  });
  expect(alerts.of(stateEvent(saving))).toBeNull();
  const problem = { code: 'connectionLost' as const, message: 'The room is lost.', hint: 'Join again.' };
  const lost = consoleState({ problem });
  expect(alerts.of(stateEvent(lost))).toEqual({ title: 'The room is lost.', body: 'Join again.' });
  expect(alerts.of(stateEvent(lost))).toBeNull();
});
