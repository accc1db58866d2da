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

/** What is wrong with one of their tracks; null when nothing is. */
export function alarmOf(
  snapshot: Snapshot | null,
  identity: string,
  role: SignalAlarm['role'],
): SignalAlarm | null {
  return alarmsOf(snapshot, identity).find((candidate) => candidate.role === role) ?? null;
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

/** What stands where there is no preview. */
export function absenceOf(
  isPresent: boolean,
  video: Track | undefined,
  noun: 'Camera' | 'Screen',
  isCutOff = false,
): string {
  // Nobody is said to have left of whom the recorder, which is out of the room itself, cannot know.
  if (!isPresent) return isCutOff ? 'Reconnecting…' : 'Not in the room';
  if (video?.needsKey === true) return 'Encrypted';
  if (video?.isMuted === true) return `${noun} muted`;
  return video === undefined ? 'No camera' : '';
}

/** Why the meter of somebody stands still; null while it may move. */
export function micAbsence(isPresent: boolean, audio: Track | undefined): string | null {
  if (!isPresent) return null;
  if (audio === undefined) return 'No microphone';
  return audio.isMuted ? 'Microphone muted' : null;
}
