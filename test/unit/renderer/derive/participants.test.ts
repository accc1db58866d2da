import { describe, expect, it } from 'vitest';
import type { ConsoleParticipant } from '../../../../src-main/contract/console-participant.js';
import type { SignalAlarm } from '../../../../src-main/contract/signal-alarms.js';
import {
  feedsOf,
  lossText,
  orderParticipants,
  problemRank,
  shownName,
  splitName,
} from '../../../../src-renderer/derive/participants.js';
import {
  absenceOf,
  alarmOf,
  furtherState,
  furtherTracks,
  micAbsence,
  trackState,
} from '../../../../src-renderer/derive/track-state.js';
import { describeVideo } from '../../../../src-renderer/derive/video-text.js';
import { guests, people } from '../../../renderer/fake-states.js';
import { sinkWith, snapshot } from '../stores/snapshots.js';

function alarm(change: Partial<SignalAlarm> = {}): SignalAlarm {
  return {
    ...{ trackSid: 'TR_1', identity: 'guest-1', role: 'camera', kind: 'frozenVideo', hadSignal: true },
    durationMs: 12_400,
    ...change,
  };
}

describe('splitName', () => {
  it('keeps the end of a long name, and all of every name', () => {
    const name = 'Eve, from the studio on the other side of the river';
    expect(splitName(name)).toEqual([name.slice(0, -7), 'e river']);
    expect(splitName('Ada Lovelace')).toEqual(['Ada Lovelace', '']);
    for (const text of [name, 'Ada', '🎤'.repeat(20)]) expect(splitName(text).join('')).toBe(text);
    expect(splitName('🎤'.repeat(20))[1]).toBe('🎤'.repeat(7));
  });
});

it('gives a shared screen a tile of its own, behind its person', () => {
  expect(feedsOf(people()).map(({ participant, kind }) => `${participant.identity} ${kind}`)).toEqual([
    'ada participant',
    'ada screenShare',
    'ben participant',
    'eve participant',
    'max participant',
  ]);
});

describe('orderParticipants', () => {
  const shown = (list: readonly ConsoleParticipant[]): string[] => list.map(shownName);
  const three = ['Guest 10', 'guest 2', 'Ada'].map((name, index) => ({
    ...guests(3)[index],
    identity: `p${index}`,
    name,
  })) as ConsoleParticipant[];

  it('leaves them as they came, or sorts by name as a person does', () => {
    expect(shown(orderParticipants(three, 'join', []))).toEqual(['Guest 10', 'guest 2', 'Ada']);
    expect(shown(orderParticipants(three, 'name', []))).toEqual(['Ada', 'guest 2', 'Guest 10']);
  });

  it('puts trouble first, and leaves those who are well as they came', () => {
    expect(shown(orderParticipants(three, 'problems', [0, 0, 3]))).toEqual(['Ada', 'Guest 10', 'guest 2']);
    expect(shown(orderParticipants(three, 'problems', [0, 4, 3]))).toEqual(['guest 2', 'Ada', 'Guest 10']);
  });
});

describe('problemRank', () => {
  const [ada] = people();
  if (ada === undefined) throw new Error('there is nobody');
  const calm = snapshot(5_000);

  it('is higher the sooner one has to look', () => {
    const lost = { ...calm, sinks: [sinkWith({ queueFull: 12 })] };
    const warned = { ...calm, alarms: [alarm({ identity: 'ada' })] };
    expect(problemRank(ada, calm, [])).toBe(0);
    expect(problemRank(ada, lost, [])).toBe(2);
    expect(problemRank(ada, warned, [])).toBe(3);
    expect(problemRank(ada, calm, ['ada-screen.mp4'])).toBe(4);
    expect(problemRank(ada, calm, ['ben.mp4'])).toBe(0);
  });

  it('knows who cannot be recorded for want of a key, and who was left out', () => {
    const max = people().find(({ identity }) => identity === 'max');
    if (max === undefined) throw new Error('max is missing');
    expect(problemRank({ ...max, isArmed: true }, calm, [])).toBe(1);
    expect(problemRank(max, calm, [])).toBe(0);
    const tracks = ada.tracks.map((track) => ({ ...track, missingReason: 'There is no room for a file.' }));
    expect(problemRank({ ...ada, tracks }, calm, [])).toBe(3);
    expect(problemRank({ ...ada, tracks, isPresent: false }, calm, [])).toBe(0);
  });
});

it('says what a file has lost, and nothing of one that is complete', () => {
  expect(lossText([])).toBeNull();
  expect(lossText([sinkWith({})])).toBeNull();
  expect(lossText([sinkWith({ queueFull: 24 })])).toBe('24 frames lost');
  expect(lossText([sinkWith({ queueFull: 24 }), sinkWith({ queueFull: 6 })])).toBe('30 frames lost');
});

describe('trackState', () => {
  const [camera, microphone] = guests(1)[0]?.tracks ?? [];

  it('says for how long a signal is missing', () => {
    expect(trackState(camera, alarm())).toMatchObject({ word: 'frozen for 12 s', tone: 'warning' });
    expect(trackState(camera, alarm({ kind: 'noFrames' })).word).toBe('no frames for 12 s');
    expect(trackState(microphone, alarm({ kind: 'digitalSilence', durationMs: 300 })).word).toBe(
      'silent for 1 s',
    );
    expect(trackState(camera, alarm({ kind: 'lowFrameRate' })).word).toBe('low frame rate');
  });

  it('does not call a muted track broken', () => {
    if (camera === undefined) throw new Error('the guest has a camera');
    expect(trackState({ ...camera, isMuted: true }, alarm())).toMatchObject({ word: 'muted', tone: 'off' });
    expect(trackState(undefined, null).word).toBe('off');
    expect(trackState(camera, null).word).toBe('on');
  });

  it('says what stands where there is no preview and no level', () => {
    if (camera === undefined || microphone === undefined) throw new Error('the guest has two tracks');
    expect(absenceOf(true, [camera], 'Camera')).toBe('');
    expect(absenceOf(true, [{ ...camera, isMuted: true }], 'Camera')).toBe('Camera muted');
    expect(absenceOf(true, [{ ...camera, needsKey: true }], 'Camera')).toBe('Encrypted');
    expect(absenceOf(true, [], 'Camera')).toBe('No camera');
    expect(absenceOf(false, [camera], 'Camera')).toBe('Not in the room');
    expect(micAbsence(true, [microphone])).toBeNull();
    expect(micAbsence(true, [{ ...microphone, isMuted: true }])).toBe('Microphone muted');
    expect(micAbsence(true, [])).toBe('No microphone');
    // What is seen and heard is that of another track then.
    expect(absenceOf(true, [{ ...camera, isMuted: true }, camera], 'Camera')).toBe('');
    expect(micAbsence(true, [{ ...microphone, isMuted: true }, microphone])).toBeNull();
  });
});

describe('tracks of a kind', () => {
  const [camera, microphone] = guests(1)[0]?.tracks ?? [];
  if (camera === undefined || microphone === undefined) throw new Error('the guest has two tracks');
  const [first, second] = [
    { ...microphone, trackSid: 'TR_a' },
    { ...microphone, trackSid: 'TR_b' },
  ];
  const tracks = [camera, first, second];
  const silent = alarm({ role: 'microphone', kind: 'digitalSilence', durationMs: 36_000, trackSid: 'TR_b' });

  it('have the warnings that are of them, and of no other one', () => {
    expect(alarmOf([silent], first)).toBeNull();
    expect(alarmOf([silent], second)).toBe(silent);
    expect(alarmOf([silent], undefined)).toBeNull();
    // Of a track whose ID is not known all that is known is what it is.
    expect(alarmOf([silent], microphone)).toBe(silent);
  });

  it('are counted beside the first, with what becomes of each', () => {
    const roles = ['camera', 'microphone'] as const;
    const further = furtherTracks(tracks, roles, [silent]);
    expect(further).toEqual([{ track: second, alarm: silent }]);
    expect(furtherState(further, 'Ada')).toMatchObject({ word: 'silent for 36 s', tone: 'warning' });
    const muted = { ...second, isMuted: true };
    const three = furtherTracks([first, second, muted, { ...second, trackSid: 'TR_c' }], roles, []);
    expect(furtherState(three, 'Ada')).toMatchObject({ word: 'on, muted', tone: 'on' });
    expect(furtherTracks(tracks.slice(0, 2), roles, [])).toEqual([]);
    expect(furtherState(furtherTracks(tracks, roles, []), 'Ada')).toMatchObject({ word: '', tone: 'on' });
  });
});

it('tells the rate that is written, and of how many where more come', () => {
  const [sink] = snapshot(1_000).sinks;
  if (sink === undefined || sink.video === null) throw new Error('the fake has video');
  expect(describeVideo(undefined, sink)).toBe('30 fps · 1280×720');
  const behind = { ...sink, video: { ...sink.video, fpsOut: 9 } };
  expect(describeVideo(undefined, behind)).toBe('9 of 30 fps written · 1280×720');
  // In a pause nothing is written, and at a start there is no second to measure.
  const unknown = { ...sink, video: { ...sink.video, fpsIn: null, fpsOut: null } };
  expect(describeVideo(undefined, unknown)).toBe('1280×720');
  expect(describeVideo(undefined, undefined)).toBe('No video');
  expect(describeVideo(guests(1)[0]?.tracks[0], undefined)).toBe('1280×720');
});
