import { beforeEach, expect, it } from 'vitest';
import { caps } from '../../../src-main/contract/limits.js';
import type { ManifestFile } from '../../../src-main/contract/manifest.js';
import type { SignalAlarm } from '../../../src-main/contract/signal-alarms.js';
import { signalGapSentence } from '../../../src-main/format/signal-text.js';
import type { TrackState } from '../../../src-main/livekit/room-publications.js';
import { TakeClock } from '../../../src-main/pipeline/take-clock.js';
import { SignalLog } from '../../../src-main/take/signal-log.js';
import { EventLog } from '../../../src-main/telemetry/event-log.js';
import { EventReporter } from '../../../src-main/telemetry/event-reporter.js';

const camera: SignalAlarm = {
  trackSid: 'TR_1',
  identity: 'ada',
  role: 'camera',
  kind: 'noFrames',
  hadSignal: false,
  durationMs: 4_000,
};
const files = [
  { file: 'ada.mp4', tracks: [{ trackSid: 'TR_0' }, { trackSid: 'TR_1' }, { trackSid: 'TR_2' }] },
  { file: 'ada-camera-2.mp4', tracks: [{ trackSid: 'TR_3' }] },
] as unknown as ManifestFile[];

/** A take's clock that stands there. */
function at(ms: number): TakeClock {
  const clock = new TakeClock(0);
  clock.elapsedMs = () => ms;
  return clock;
}

const on = (): TrackState => 'on';

let events: EventLog;
let log: SignalLog;

beforeEach(() => {
  events = new EventLog(2_000);
  log = newLog(false);
});

function newLog(audioOnly: boolean): SignalLog {
  return new SignalLog({
    report: new EventReporter(events, () => null),
    audioOnly,
    isArmed: (identity) => identity !== 'bob',
  });
}

function messages(): string[] {
  return events.entries.map(({ level, message }) => `${level}: ${message}`);
}

it('does not take a lost connection for a signal that is back', () => {
  expect(log.missingSignals).toBe(0);
  log.update(at(4_200), [camera], on);
  expect(log.missingSignals).toBe(1);
  log.connectionChanged(false, 9_000);
  expect(log.update(at(9_200), [], on)).toBe(false);
  log.connectionChanged(true, 30_000);
  log.connectionChanged(true, 30_100);
  expect(log.update(at(31_000), [], on)).toBe(false);
  expect(log.update(at(34_800), [camera], on)).toBe(false);
  expect(log.update(at(60_000), [camera], on)).toBe(false);
  expect(messages()).toEqual(['warning: The camera of ada is on, and no frame has arrived.']);
  expect(log.listed(files).signalGaps).toMatchObject([{ fromMs: 200, toMs: null }]);
  // And when it is back, then.
  expect(log.update(at(61_000), [], on)).toBe(true);
  expect(log.listed(files).signalGaps).toMatchObject([{ fromMs: 200, toMs: 61_000 }]);
});

it('was over with the connection’s return when nothing is wrong behind it', () => {
  log.update(at(4_200), [camera], on);
  log.connectionChanged(false, 9_000);
  log.update(at(9_200), [], on);
  log.connectionChanged(true, 30_000);
  expect(log.update(at(36_400), [], on)).toBe(false);
  expect(log.update(at(36_800), [], on)).toBe(true);
  expect(log.listed(files).signalGaps).toMatchObject([{ fromMs: 200, toMs: 30_000 }]);
});

it('is over when the track delivers again, though the connection is not back yet, or was a moment ago', () => {
  const other: SignalAlarm = { ...camera, trackSid: 'TR_2', role: 'microphone', kind: 'noAudio' };
  log.update(at(14_200), [camera, other], on);
  log.connectionChanged(false, 19_600);
  expect(log.update(at(19_800), [], on)).toBe(false);
  // Its media came 4 s before the room had answered.
  expect(log.update(at(20_600), [], (sid) => (sid === 'TR_2' ? 'delivers' : 'on'))).toBe(true);
  log.connectionChanged(true, 24_500);
  expect(log.update(at(25_700), [], () => 'delivers')).toBe(true);
  expect(log.listed(files).signalGaps?.map(({ toMs, trackSid }) => [trackSid, toMs])).toEqual([
    ['TR_1', 25_700],
    ['TR_2', 20_600],
  ]);
  expect(messages().at(-1)).toBe('info: The warning “no frames” about the camera of ada is over.');
});

it('had a rate that was well again since the beginning of the window that said so', () => {
  const low: SignalAlarm = { ...camera, kind: 'lowFrameRate', durationMs: 5_000 };
  log.update(at(10_000), [low], on);
  log.update(at(15_000), [], () => 'delivers');
  log.update(at(20_000), [low], on);
  log.update(at(21_000), [], () => 'muted');
  expect(log.listed(files).signalGaps?.map(({ fromMs, toMs }) => [fromMs, toMs])).toEqual([
    [5_000, 10_000],
    [15_000, 21_000],
  ]);
});

it('does not take frames that come for the end of a frozen picture while nothing else is known', () => {
  log.update(at(14_200), [{ ...camera, kind: 'frozenVideo', durationMs: 10_000 }], on);
  log.connectionChanged(false, 19_600);
  log.connectionChanged(true, 24_500);
  expect(log.update(at(25_700), [], () => 'delivers')).toBe(false);
});

it('tells once that a signal is missing and once that it is back, and keeps when', () => {
  expect(log.update(at(4_200), [camera], on)).toBe(true);
  expect(log.update(at(4_400), [{ ...camera, durationMs: 4_200 }], on)).toBe(false);
  expect(log.listed(files).signalGaps).toMatchObject([{ file: 'ada.mp4', fromMs: 200, toMs: null }]);
  expect(log.update(at(9_000), [], on)).toBe(true);
  expect(messages()).toEqual([
    'warning: The camera of ada is on, and no frame has arrived.',
    'info: The warning “no frames” about the camera of ada is over.',
  ]);
  expect(log.listed(files)).toEqual({
    signalGaps: [
      {
        trackSid: 'TR_1',
        identity: 'ada',
        role: 'camera',
        kind: 'noFrames',
        hadSignal: false,
        file: 'ada.mp4',
        fromMs: 200,
        toMs: 9_000,
      },
    ],
    signalGapsLeftOut: 0,
  });
});

it('keeps what another kind of alarm of the same track follows upon', () => {
  log.update(at(11_000), [{ ...camera, kind: 'frozenVideo', hadSignal: true, durationMs: 10_000 }], on);
  log.update(at(20_000), [{ ...camera, hadSignal: true }], on);
  expect(log.listed(files).signalGaps?.map(({ kind, toMs }) => [kind, toMs])).toEqual([
    ['frozenVideo', 20_000],
    ['noFrames', null],
  ]);
  expect(messages()).toContain('warning: The camera of ada is on, and no frame has arrived for 4 s.');
});

it.each([
  ['muted', 'was muted', ', when it was muted'],
  ['ended', 'has ended', ', when it ended'],
  ['notReceived', 'is not received any more', ', when it was not received any more'],
] as const)('says of no signal that it is back when its track is %s', (endedBy, how, when) => {
  const microphone = { ...camera, role: 'microphone', kind: 'notDecrypted' } as const;
  log.update(at(4_200), [microphone], on);
  expect(log.update(at(9_000), [], () => endedBy)).toBe(true);
  expect(messages()[1]).toBe(`info: The microphone of ada ${how}, and the warning “wrong key” was not over.`);
  expect(events.entries[1]?.name).toBe('signalEnded');
  const [gap] = log.listed(files).signalGaps ?? [];
  expect(gap).toMatchObject({ toMs: 9_000, endedBy });
  expect(gap === undefined ? '' : signalGapSentence(gap)).toBe(
    `The microphone of ada was on, and it could not be decrypted with the key that was given from 00:00:00 to 00:00:09${when}.`,
  );
});

it('says of no warning that it is over when another one of the track follows, which says it', () => {
  log.update(at(11_000), [{ ...camera, kind: 'frozenVideo', hadSignal: true, durationMs: 10_000 }], on);
  log.update(at(20_000), [{ ...camera, hadSignal: true }], on);
  expect(messages().filter((message) => message.includes('over'))).toEqual([]);
  expect(log.listed(files).signalGaps).toMatchObject([{ endedBy: 'otherAlarm' }, { kind: 'noFrames' }]);
});

it('asks for what became of a track of a process of its own a moment later: its alarm may be gone before', () => {
  log.update(at(4_200), [camera], on, true);
  expect(log.update(at(9_000), [], on, true)).toBe(false);
  expect(log.update(at(9_400), [], () => 'ended', true)).toBe(true);
  log.update(at(20_000), [camera], on, true);
  expect(log.update(at(30_000), [], on, true)).toBe(false);
  expect(log.update(at(31_000), [], on, true)).toBe(true);
  expect(log.listed(files).signalGaps?.map(({ toMs, endedBy }) => [toMs, endedBy])).toEqual([
    [9_000, 'ended'],
    [30_000, undefined],
  ]);
});

it('is not concerned with whom the take does not record, nor with video of a take without', () => {
  log.update(at(5_000), [{ ...camera, identity: 'bob' }], on);
  expect(log.listed(files).signalGaps).toEqual([]);
  const audio = newLog(true);
  audio.update(at(5_000), [camera, { ...camera, trackSid: 'TR_2', role: 'microphone', kind: 'noAudio' }], on);
  expect(audio.listed(files).signalGaps).toMatchObject([{ role: 'microphone', file: 'ada.mp4' }]);
});

it('names the file that holds the track, and none when it never came through', () => {
  log.update(
    at(5_000),
    [
      { ...camera, trackSid: 'TR_3' },
      { ...camera, trackSid: 'TR_9' },
    ],
    on,
  );
  expect(log.listed(files).signalGaps?.map(({ file }) => file)).toEqual(['ada-camera-2.mp4', null]);
});

it('keeps a list with a cap, and counts the rest', () => {
  for (let time = 0; time < caps.signalGaps + 3; time += 1) {
    log.update(at(2 * time), [{ ...camera, durationMs: 0 }], on);
    log.update(at(2 * time + 1), [], on);
  }
  const { signalGaps, signalGapsLeftOut } = log.listed(files);
  expect([signalGaps?.length, signalGapsLeftOut]).toEqual([caps.signalGaps, 3]);
});

it('says in a sentence from when to when', () => {
  const gap = { ...camera, file: null, fromMs: 2_000, toMs: 9_000 };
  expect(signalGapSentence(gap)).toBe(
    'The camera of ada was on, and no frame arrived from 00:00:02 to 00:00:09.',
  );
  expect(signalGapSentence({ ...gap, role: 'microphone', kind: 'digitalSilence', toMs: null })).toBe(
    'The microphone of ada was on, and it sent digital silence from 00:00:02 to the end.',
  );
});
