import type { ConsoleState } from '../../src-main/contract/console.js';
import { participantNameOf } from '../../src-main/contract/participant-name.js';
import type { TakeEntry } from '../../src-main/contract/takes.js';

export const takeOrders = ['newest', 'oldest', 'longest', 'largest', 'name'] as const;
export type TakeOrder = (typeof takeOrders)[number];

export const takeOrderLabels: Readonly<Record<TakeOrder, string>> = {
  newest: 'Newest first',
  oldest: 'Oldest first',
  longest: 'Longest first',
  largest: 'Largest first',
  name: 'By name',
};

/** What a take is called on screen: the title that somebody gave it, or else its room. */
export function shownTitle({ title = '', room }: Pick<TakeEntry, 'title' | 'room'>): string {
  return title === '' ? room : title;
}

/** Everybody who has a file in the take. */
export function participantsOf({ files }: Pick<TakeEntry, 'files'>): string[] {
  return [...new Set(files.map(participantNameOf))];
}

/** `Studio 2` before `Studio 10`. */
const names = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

const comparisons: Readonly<Record<TakeOrder, (one: TakeEntry, other: TakeEntry) => number>> = {
  newest: (one, other) => other.startedAt.localeCompare(one.startedAt),
  oldest: (one, other) => one.startedAt.localeCompare(other.startedAt),
  longest: (one, other) => (other.durationMs ?? 0) - (one.durationMs ?? 0),
  largest: (one, other) => other.sizeBytes - one.sizeBytes,
  name: (one, other) => names.compare(shownTitle(one), shownTitle(other)),
};

/** What a search finds a take by: its title, note, room, folder, and who is in it. */
function searched(entry: TakeEntry): string {
  const { title = '', note = '', room, takeName, files } = entry;
  const people = files.flatMap(({ identity, participantName }) => [identity, participantName]);
  return plain([title, note, room, takeName, ...people].join('\n'));
}

/** `é` is found by `e`, whatever the case. */
function plain(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .toLowerCase();
}

/**
 * The takes that hold every word of a search, in an order.
 *
 * @param query words with spaces between them; empty for all takes
 */
export function chooseTakes(
  entries: readonly TakeEntry[],
  query: string,
  order: TakeOrder,
): readonly TakeEntry[] {
  const words = plain(query).split(/\s+/).filter(Boolean);
  return entries
    .filter((entry) => {
      const text = words.length === 0 ? '' : searched(entry);
      return words.every((word) => text.includes(word));
    })
    .sort((one, other) => comparisons[order](one, other) || comparisons.newest(one, other));
}

export interface TakeGroup {
  /** What stands above it; empty where takes are in no order of time. */
  readonly label: string;
  readonly entries: readonly TakeEntry[];
}

const days = new Intl.DateTimeFormat('en', { weekday: 'long', day: 'numeric', month: 'long' });
const daysWithYear = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'long', year: 'numeric' });

/**
 * Takes by the day on which they began, in local time, when they are in an order of time; one group otherwise.
 *
 * @param nowMs of the wall clock: for `Today` and `Yesterday`
 */
export function groupTakes(entries: readonly TakeEntry[], order: TakeOrder, nowMs: number): TakeGroup[] {
  if (order !== 'newest' && order !== 'oldest') return entries.length === 0 ? [] : [{ label: '', entries }];
  const groups: { label: string; entries: TakeEntry[] }[] = [];
  for (const entry of entries) {
    const label = dayOf(entry.startedAt, nowMs);
    const last = groups.at(-1);
    if (last?.label === label) last.entries.push(entry);
    else groups.push({ label, entries: [entry] });
  }
  return groups;
}

function dayOf(iso: string, nowMs: number): string {
  const at = new Date(iso);
  const now = new Date(nowMs);
  const yesterday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
  if (at.toDateString() === now.toDateString()) return 'Today';
  if (at.toDateString() === yesterday.toDateString()) return 'Yesterday';
  return at.getFullYear() === now.getFullYear() ? days.format(at) : daysWithYear.format(at);
}

type Listed = Pick<ConsoleState, 'checks' | 'recorder' | 'settings' | 'takesRevision'>;

/**
 * What the list of takes depends on, as one text: a list that was read while it was another one is out of date. Any console
 * may have recorded, checked, renamed or deleted a take, or chosen another folder.
 */
export function takesRevision({
  checks = [],
  recorder,
  settings,
  takesRevision: changes = 0,
}: Listed): string {
  return [recorder, changes, settings.outputFolder, ...checks.map(({ takeName }) => takeName)].join('\n');
}
