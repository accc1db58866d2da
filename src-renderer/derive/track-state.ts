import type { ConsoleParticipant } from '../../src-main/contract/console-participant.js';
import type { SignalAlarm, SignalAlarmKind } from '../../src-main/contract/signal-alarms.js';
import type { Snapshot } from '../../src-main/contract/snapshot.js';
import { signalAlarmSentence, signalAlarmWords } from '../../src-main/format/signal-text.js';

export type Track = ConsoleParticipant['tracks'][number];

/** What becomes of a track, in a word or two. */
export interface TrackState {
  readonly word: string;
  readonly tone: 'on' | 'off' | 'warning';
  readonly explanation: string;
}

/** What is wrong with somebody's tracks now. */
export function alarmsOf(snapshot: Snapshot | null, identity: string): readonly SignalAlarm[] {
  return snapshot?.alarms?.filter((candidate) => candidate.identity === identity) ?? noAlarms;
}

const noAlarms: readonly SignalAlarm[] = [];

/** What is wrong with one of somebody's tracks; null when nothing is. @param alarms those of the person */
export function alarmOf(alarms: readonly SignalAlarm[], track: Track | undefined): SignalAlarm | null {
  if (track === undefined) return null;
  const { role, trackSid } = track;
  const isOfTrack = (alarm: SignalAlarm): boolean =>
    trackSid === undefined ? alarm.role === role : alarm.trackSid === trackSid;
  return alarms.find(isOfTrack) ?? null;
}

/** A track that is on beside another one of its kind, and has a file of its own. */
export interface FurtherTrack {
  readonly track: Track;
  readonly alarm: SignalAlarm | null;
}

/** The tracks of some roles, of each role the first one left out. @param alarms those of the person */
export function furtherTracks(
  tracks: readonly Track[],
  roles: readonly Track['role'][],
  alarms: readonly SignalAlarm[],
): FurtherTrack[] {
  return roles.flatMap((role) =>
    tracks
      .filter((track) => track.role === role)
      .slice(1)
      .map((track) => ({ track, alarm: alarmOf(alarms, track) })),
  );
}

/** `on, silent for 36 s`, nothing while all of them are on; and what becomes of each. @param name of whose tracks they are */
export function furtherState(further: readonly FurtherTrack[], name: string): TrackState {
  const states = further.map(({ alarm, track }) => trackState(track, alarm, name));
  const words = [...new Set(states.map(({ word }) => word))];
  const tones = states.map(({ tone }) => tone);
  return {
    // There is little room, and being on is what is expected.
    word: words.join() === 'on' ? '' : words.join(', '),
    tone: tones.includes('warning') ? 'warning' : tones.includes('on') ? 'on' : 'off',
    explanation: states.map(({ explanation }) => explanation).join('; '),
  };
}

/** These are told with how long they last. */
const lasting: ReadonlySet<SignalAlarmKind> = new Set([
  'noFrames',
  'noAudio',
  'frozenVideo',
  'digitalSilence',
]);

/** `muted`, `frozen for 12 s`, `on` @param name of whose track it is; their identity when it is left out */
export function trackState(
  track: Track | undefined,
  alarm: SignalAlarm | null,
  name = alarm?.identity,
): TrackState {
  if (track === undefined) return { word: 'off', tone: 'off', explanation: 'not published' };
  if (track.needsKey === true) {
    return {
      word: 'needs a key',
      tone: 'warning',
      explanation: 'end-to-end encrypted; give its key when you connect',
    };
  }
  if (track.isMuted) return { word: 'muted', tone: 'off', explanation: 'published and muted' };
  if (!track.isSubscribed)
    return { word: 'waiting', tone: 'off', explanation: 'published, not received yet' };
  if (alarm !== null)
    return { word: alarmWord(alarm), tone: 'warning', explanation: signalAlarmSentence(alarm, name) };
  return { word: 'on', tone: 'on', explanation: track.isEncrypted ? 'received and decrypted' : 'received' };
}

function alarmWord({ kind, durationMs }: SignalAlarm): string {
  const word = signalAlarmWords[kind];
  return lasting.has(kind) ? `${word} for ${Math.max(1, Math.round(durationMs / 1000))} s` : word;
}

/** What stands where there is no preview. @param videos all of the tile: another camera is seen where the first one is muted */
export function absenceOf(
  isPresent: boolean,
  videos: readonly Track[],
  noun: 'Camera' | 'Screen',
  isCutOff = false,
): string {
  // Nobody is said to have left of whom the recorder, which is out of the room itself, cannot know.
  if (!isPresent) return isCutOff ? 'Reconnecting…' : 'Not in the room';
  if (videos.length === 0) return 'No camera';
  const on = videos.filter(({ isMuted }) => !isMuted);
  if (videos.every(({ isMuted, needsKey }) => isMuted || needsKey === true))
    return on.length > 0 ? 'Encrypted' : `${noun} muted`;
  return '';
}

/** Why the meter of somebody stands still; null while it may move. @param audios all of the tile: it shows the loudest of them */
export function micAbsence(isPresent: boolean, audios: readonly Track[]): string | null {
  if (!isPresent) return null;
  if (audios.length === 0) return 'No microphone';
  return audios.every(({ isMuted }) => isMuted) ? 'Microphone muted' : null;
}
