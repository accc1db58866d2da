import type { ConsoleState } from '../../src-main/contract/console.js';
import type { SignalAlarmKind } from '../../src-main/contract/signal-alarms.js';
import type { Snapshot } from '../../src-main/contract/snapshot.js';
import type { TrackRole } from '../../src-main/contract/track-roles.js';
import { shortName, shownName } from './participants.js';

type Participant = ConsoleState['participants'][number];

/** What decides whether anybody can be recorded. */
export type Recordable = Pick<ConsoleState, 'recorder'> & {
  readonly participants: readonly Pick<
    Participant,
    'identity' | 'name' | 'isArmed' | 'isPresent' | 'tracks'
  >[];
  readonly settings: Pick<ConsoleState['settings'], 'armsNewcomers'>;
};

/** While one of these is on, nothing of the track gets into a file. */
const silencing: ReadonlySet<SignalAlarmKind> = new Set(['noFrames', 'noAudio', 'notDecrypted']);

/**
 * Tracks that are on and of which nothing arrives, by their ID, and as `identity/role` for a track whose ID is not known: a flat
 * list, for it is compared by its entries.
 */
export function silentTracks(snapshot: Pick<Snapshot, 'alarms'> | null): readonly string[] {
  return (snapshot?.alarms ?? []).flatMap(({ identity, role, kind, trackSid }) =>
    silencing.has(kind) ? [trackSid, `${identity}/${role}`] : [],
  );
}

/**
 * Somebody is armed and in the room, and nothing that they have on arrives. Who has muted everything waits for nothing:
 * their file holds black video and silence, as they want it.
 *
 * @param silent by {@link silentTracks}
 * @param roles those of the tile: of a person, or of the screen that they share
 */
export function isAwaited(
  { identity, isArmed, isPresent, tracks }: Recordable['participants'][number],
  silent: readonly string[],
  roles: readonly TrackRole[],
): boolean {
  if (!isArmed || !isPresent) return false;
  const own = tracks.filter(({ role }) => roles.includes(role));
  const on = own.filter(({ isMuted }) => !isMuted);
  if (own.length > 0 && on.length === 0) return false;
  return on.every(
    ({ role, isSubscribed, needsKey, trackSid = `${identity}/${role}` }) =>
      !isSubscribed || needsKey === true || silent.includes(trackSid),
  );
}

/** Of a person, without the screen that they share. */
export const personRoles = ['camera', 'microphone'] as const;
/** Of the screen that somebody shares. */
export const screenRoles = ['screenShare', 'screenShareAudio'] as const;
const allRoles: readonly TrackRole[] = [...personRoles, ...screenRoles];

/**
 * Why nobody is in the take that runs, as a sentence.
 *
 * @param files of the take up to now, those that have ended as well
 * @param silent by {@link silentTracks}
 * @returns null while something arrives of somebody who is armed, and once a file has begun of somebody who left
 */
export function unrecordedText(
  { recorder, participants, settings }: Recordable,
  files: number,
  silent: readonly string[] = [],
): string | null {
  if (recorder !== 'recording') return null;
  const present = participants.filter(({ isPresent }) => isPresent);
  const armed = present.filter(({ isArmed }) => isArmed);
  if (armed.length > 0) {
    if (!armed.every((one) => isAwaited(one, silent, allRoles))) return null;
    const names = armed.slice(0, 2).map((one) => shortName(shownName(one)));
    const more = armed.length > 2 ? ` and ${armed.length - 2} more` : '';
    return `Nobody is recorded ${files === 0 ? 'yet' : 'now'}: nothing arrives from ${names.join(more === '' ? ' and ' : ', ')}${more}`;
  }
  if (files > 0) return null;
  const { armsNewcomers } = settings;
  if (present.length > 0)
    return `Nobody is recorded yet: nobody is armed${armsNewcomers === 'on' ? '; whoever joins will be' : ''}`;
  return `Nobody is recorded yet: waiting for somebody to join${armsNewcomers === 'on' ? '' : ', who has to be armed then'}`;
}
