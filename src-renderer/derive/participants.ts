import type { ConsoleParticipant } from '../../src-main/contract/console-participant.js';
import { accountOfSnapshot } from '../../src-main/contract/loss-account.js';
import type { Thumbnail } from '../../src-main/contract/media-events.js';
import type { SinkSnapshot, Snapshot } from '../../src-main/contract/snapshot.js';
import { describeAccount } from '../../src-main/format/loss-account-text.js';
import { alarmsOf } from './track-state.js';

export type MediaKind = Thumbnail['kind'];

/** `join`: as they came. `problems`: whoever needs help first. */
export const participantOrders = ['join', 'name', 'problems'] as const;
export type ParticipantOrder = (typeof participantOrders)[number];

/** One tile: a person, or the screen that a person shares. */
export interface Feed {
  readonly participant: ConsoleParticipant;
  readonly kind: MediaKind;
}

/** The name that is on a tile. */
export function shownName({ name, identity }: Pick<ConsoleParticipant, 'name' | 'identity'>): string {
  return name.trim() === '' ? identity : name;
}

/** Of a long name, what is never cut: two people of one studio differ at the end. */
const keptEnd = 7;
const longName = 16;

/** A name as what may be cut, and its end, which is not: `Eve, from the studio…e river`. */
export function splitName(name: string): readonly [start: string, end: string] {
  const characters = Array.from(name);
  if (characters.length < longName) return [name, ''];
  return [characters.slice(0, -keptEnd).join(''), characters.slice(-keptEnd).join('')];
}

const sentenceName = 28;

/** A name within a sentence: `Eve, from the stu…e river`; all of it belongs into a tooltip. */
export function shortName(name: string): string {
  const characters = Array.from(name);
  if (characters.length <= sentenceName) return name;
  return `${characters.slice(0, sentenceName - keptEnd - 1).join('')}…${characters.slice(-keptEnd).join('')}`;
}

/** A tile for everybody, and one for each screen that is shared, behind the person's own. */
export function feedsOf(participants: readonly ConsoleParticipant[]): Feed[] {
  return participants.flatMap((participant): Feed[] => {
    const hasScreen = participant.tracks.some(({ role }) => role === 'screenShare');
    const own: Feed = { participant, kind: 'participant' };
    return hasScreen ? [own, { participant, kind: 'screenShare' }] : [own];
  });
}

/** @param ranks how badly each of `participants` needs somebody to look, in their order; for `problems` alone */
export function orderParticipants(
  participants: readonly ConsoleParticipant[],
  order: ParticipantOrder,
  ranks: readonly number[],
): readonly ConsoleParticipant[] {
  if (order === 'join') return participants;
  const numbered = participants.map((participant, place) => ({ participant, rank: ranks[place] ?? 0 }));
  numbered.sort((one, other) =>
    order === 'problems'
      ? other.rank - one.rank
      : names.compare(shownName(one.participant), shownName(other.participant)),
  );
  return numbered.map(({ participant }) => participant);
}

/** `Guest 2` before `Guest 10`. */
const names = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

/**
 * How badly somebody needs that one looks: 4 loses something now, 3 has a warning, 2 lost something before, 1 cannot
 * be recorded as they are, 0 is well.
 *
 * @param losing files of which something is being lost now
 */
export function problemRank(
  { identity, isArmed, isPresent, tracks }: ConsoleParticipant,
  snapshot: Snapshot | null,
  losing: readonly string[],
): number {
  const sinks = snapshot?.sinks.filter((sink) => sink.identity === identity) ?? [];
  if (sinks.some(({ file }) => losing.includes(file))) return 4;
  const isTold = isPresent && tracks.some(({ missingReason }) => typeof missingReason === 'string');
  if (isTold || alarmsOf(snapshot, identity).length > 0) return 3;
  if (lossText(sinks) !== null) return 2;
  return isPresent && isArmed && tracks.some(({ needsKey }) => needsKey === true) ? 1 : 0;
}

/** What is missing from some files so far, in a few words; null when nothing is. */
export function lossText(sinks: readonly SinkSnapshot[]): string | null {
  if (sinks.length === 0) return null;
  const { tone, text } = describeAccount(accountOfSnapshot({ sinks }), 'running');
  return tone === 'good' ? null : text;
}
