import { describe, expect, it } from 'vitest';
import type { TakeEntry } from '../../../../src-main/contract/takes.js';
import { chooseTakes, groupTakes, shownTitle } from '../../../../src-renderer/derive/take-list.js';
import { takes } from '../../../renderer/fake-states.js';

const [model] = takes();
if (model === undefined) throw new Error('there is no take');

function take(takeName: string, change: Partial<TakeEntry> = {}): TakeEntry {
  return { ...model, takeName, ...change } as TakeEntry;
}

const at = (day: number, hour = 12): string => new Date(2026, 10, day, hour).toISOString();
const nowMs = new Date(2026, 10, 26, 18).getTime();
const namesOf = (entries: readonly TakeEntry[]): string[] => entries.map(({ takeName }) => takeName);

describe('chooseTakes', () => {
  const some = [
    take('a', { startedAt: at(20), room: 'Studio 10', durationMs: 30_000, sizeBytes: 10 }),
    take('b', { startedAt: at(22), room: 'Studio 2', durationMs: null, sizeBytes: 30 }),
    take('c', {
      startedAt: at(21),
      room: 'x',
      title: 'Café',
      note: 'Loud Hall',
      durationMs: 50,
      sizeBytes: 20,
    }),
  ];

  it.each([
    ['newest', ['b', 'c', 'a']],
    ['oldest', ['a', 'c', 'b']],
    ['longest', ['a', 'c', 'b']],
    ['largest', ['b', 'c', 'a']],
    ['name', ['c', 'b', 'a']],
  ] as const)('puts the %s', (order, expected) => {
    expect(namesOf(chooseTakes(some, '', order))).toEqual(expected);
  });

  it.each([
    ['studio', ['b', 'a']],
    ['cafe hall', ['c']],
    ['HALL  studio', []],
    ['lovelace 10', ['a']],
    [' ', ['b', 'c', 'a']],
  ])('finds %j in title, note, room and people', (query, expected) => {
    expect(namesOf(chooseTakes(some, query, 'newest'))).toEqual(expected);
  });
});

describe('groupTakes', () => {
  it('goes by the day on this machine', () => {
    const some = [
      take('a', { startedAt: at(26, 0) }),
      take('b', { startedAt: at(25, 23) }),
      take('c', { startedAt: at(25, 0) }),
      take('d', { startedAt: at(24) }),
      take('e', { startedAt: '2025-11-24T12:00:00.000Z' }),
    ];
    expect(groupTakes(some, 'newest', nowMs).map(({ label, entries }) => [label, namesOf(entries)])).toEqual([
      ['Today', ['a']],
      ['Yesterday', ['b', 'c']],
      ['Tuesday, November 24', ['d']],
      ['November 24, 2025', ['e']],
    ]);
    expect(groupTakes([], 'newest', nowMs)).toEqual([]);
  });

  it('has no days where takes are in no order of time', () => {
    const some = [take('a', { startedAt: at(26) }), take('b', { startedAt: at(20) })];
    expect(groupTakes(some, 'largest', nowMs)).toEqual([{ label: '', entries: some }]);
  });
});

it('calls a take by its title, or else by its room', () => {
  expect(shownTitle({ title: 'Opening', room: 'standup' })).toBe('Opening');
  expect(shownTitle({ title: '', room: 'standup' })).toBe('standup');
  expect(shownTitle({ room: 'standup' })).toBe('standup');
});
