import { signalRules } from '../contract/limits.js';
import type { NotRecorded } from '../contract/manifest.js';
import { participantNameOf } from '../contract/participant-name.js';
import type { SignalAlarm, SignalAlarmKind, SignalGap } from '../contract/signal-alarms.js';
import { roleWord, roleWords } from '../contract/track-roles.js';
import { formatTimecode } from './time.js';

/** `no frames`: for a place with little room. */
export const signalAlarmWords = {
  noFrames: 'no frames',
  frozenVideo: 'frozen',
  lowFrameRate: 'low frame rate',
  noAudio: 'no audio',
  digitalSilence: 'silent',
  notDecrypted: 'wrong key',
} as const satisfies Record<SignalAlarmKind, string>;

/** `camera of ada (no frames)` */
export function signalAlarmLabel({ role, identity, kind }: SignalAlarm): string {
  return `${roleWords[role]} of ${identity} (${signalAlarmWords[kind]})`;
}

/**
 * `The camera of ada is on, and no frame has arrived.`
 *
 * @param name what they are called where it is read; their identity when it is left out
 * @param isFurther another track of theirs of that kind is on, and is called so
 */
export function signalAlarmSentence(
  { role, identity, kind, hadSignal, durationMs }: SignalAlarm,
  name = identity,
  isFurther = false,
): string {
  return `${isFurther ? 'A further' : 'The'} ${roleWords[role]} of ${name} is on, and ${present(kind, hadSignal, durationMs)}.`;
}

function present(kind: SignalAlarmKind, hadSignal: boolean, durationMs: number): string {
  const time = `${Math.max(1, Math.round(durationMs / 1000))} s`;
  const since = hadSignal ? ` for ${time}` : '';
  switch (kind) {
    case 'noFrames':
      return `no frame has arrived${since}`;
    case 'noAudio':
      return `no audio has arrived${since}`;
    case 'frozenVideo':
      return `its video has been frozen for ${time}`;
    case 'digitalSilence':
      return `it has sent digital silence for ${time}`;
    case 'notDecrypted':
      return `it cannot be decrypted${since}: the encryption key does not fit`;
    case 'lowFrameRate':
      return `less than ${percentOfFrames} of its frames arrive`;
  }
}

const percentOfFrames = `${signalRules.leastShareOfFrames * 100} %`;

/** What to do about it. */
export function signalHint(kind: SignalAlarmKind): string {
  return kind === 'notDecrypted'
    ? 'Compare passphrase and key index with the publisher’s (docs/encryption.md).'
    : 'Check that device and its codec, and that its owner still allows the recorder to subscribe.';
}

const endings = {
  muted: 'was muted',
  ended: 'has ended',
  notReceived: 'is not received any more',
} as const;

/**
 * `The warning “no frames” about the camera of ada is over.` where the signal came back, and `The camera of ada has ended, and the
 * warning “no frames” was not over.` where it never did.
 *
 * @returns null when another warning follows, which says it
 */
export function signalOverSentence({
  role,
  identity,
  kind,
  endedBy,
}: Pick<SignalGap, 'role' | 'identity' | 'kind' | 'endedBy'>): string | null {
  const [track, warning] = [`${roleWords[role]} of ${identity}`, `warning “${signalAlarmWords[kind]}”`];
  if (endedBy === undefined) return `The ${warning} about the ${track} is over.`;
  return endedBy === 'otherAlarm'
    ? null
    : `The ${track} ${endings[endedBy]}, and the ${warning} was not over.`;
}

/** `from 00:00:02.1 to 00:00:09.4`; `since 00:00:02.1` of what never was. */
function notRecordedTime({ sinceMs, untilMs }: NotRecorded): string {
  const from = formatTimecode(sinceMs, true);
  return untilMs === undefined ? `since ${from}` : `from ${from} to ${formatTimecode(untilMs, true)}`;
}

/** `microphone and camera of ada, microphone of ben` */
function tracksText(tracks: readonly NotRecorded[]): string {
  const owners = new Map<string, { readonly name: string; readonly roles: Set<string> }>();
  for (const { identity, participantName, role } of tracks) {
    const owner = owners.get(identity) ?? {
      name: participantNameOf({ identity, participantName }),
      roles: new Set(),
    };
    owner.roles.add(roleWord(role));
    owners.set(identity, owner);
  }
  return [...owners.values()].map(({ name, roles }) => `${[...roles].join(' and ')} of ${name}`).join(', ');
}

/**
 * What is not recorded, in the order of the list: `Not recorded from 00:00:02.1 to 00:00:09.4: The camera of ada is not received: ...`.
 * A sentence that says it of several tracks at once is said once; one that names nobody has them before it: `Not recorded from 00:00:09.3
 * to 00:00:10.8: microphone of ada, microphone of ben. The process ...`.
 */
export function notRecordedSentences(tracks: readonly NotRecorded[]): string[] {
  const told = new Map<string, NotRecorded[]>();
  for (const track of tracks) {
    const key = JSON.stringify([notRecordedTime(track), track.message]);
    told.set(key, [...(told.get(key) ?? []), track]);
  }
  return [...told.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const isNamed = group.some(
      ({ identity, message }) => message.includes(` of ${identity}`) || message.startsWith(`${identity} `),
    );
    const whose = isNamed ? '' : `${tracksText(group)}. `;
    return [`Not recorded ${notRecordedTime(first)}: ${whose}${first.message}`];
  });
}

const past = {
  noFrames: 'no frame arrived',
  noAudio: 'no audio arrived',
  frozenVideo: 'its video was frozen',
  digitalSilence: 'it sent digital silence',
  notDecrypted: 'it could not be decrypted with the key that was given',
  lowFrameRate: `less than ${percentOfFrames} of its frames arrived`,
} as const satisfies Record<SignalAlarmKind, string>;

const pastEndings = {
  muted: ', when it was muted',
  ended: ', when it ended',
  notReceived: ', when it was not received any more',
  otherAlarm: '',
} as const;

/** `The camera of ada was on, and no frame arrived from 00:00:02 to 00:00:09, when it ended.` */
export function signalGapSentence({ role, identity, kind, fromMs, toMs, endedBy }: SignalGap): string {
  const to = toMs === null ? 'the end' : formatTimecode(toMs);
  const why = endedBy === undefined ? '' : pastEndings[endedBy];
  return `The ${roleWords[role]} of ${identity} was on, and ${past[kind]} from ${formatTimecode(fromMs)} to ${to}${why}.`;
}
