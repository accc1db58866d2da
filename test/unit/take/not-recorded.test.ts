import { expect, it } from 'vitest';
import { PlateauError } from '../../../src-main/contract/errors.js';
import type { PublicationInfo } from '../../../src-main/livekit/publication-info.js';
import { NotRecordedList } from '../../../src-main/take/not-recorded.js';

const withheld = new PlateauError('trackWithheld', 'The camera of ada is not received.', 'Ask ada.');
const noRoom = new PlateauError('tooManyFiles', 'There is no room for it.', '');

const camera = (trackSid: string, identity = 'ada'): PublicationInfo =>
  ({ identity, participantName: identity, role: 'camera', trackSid }) as PublicationInfo;

const timesIn = (list: NotRecordedList): (readonly [number, number | undefined])[] =>
  list.listed.map(({ sinceMs, untilMs }) => [sinceMs, untilMs]);

it('keeps when a track that came after all had not been there', () => {
  const list = new NotRecordedList();
  list.note(camera('TR_1'), withheld, 0);
  list.came('TR_1', 7_960.4);
  expect(list.listed).toEqual([
    {
      ...{ identity: 'ada', participantName: 'ada', role: 'camera' },
      ...{ code: 'trackWithheld', message: withheld.message, sinceMs: 0, untilMs: 7_960 },
    },
  ]);
});

it('lists no track that was handed over as tracks are', () => {
  const list = new NotRecordedList();
  list.note(camera('TR_1'), withheld, 0);
  list.came('TR_1', 600);
  list.came('TR_2', 700);
  expect(list.listed).toEqual([]);
});

it('leaves what a lost connection costs to the gaps of its file, unless a track stays away', () => {
  const list = new NotRecordedList();
  list.came('TR_1', 100);
  list.connectionLost();
  list.note(camera('TR_1'), withheld, 5_000);
  list.came('TR_1', 9_000);
  expect(list.listed).toEqual([]);
  list.connectionLost();
  list.note(camera('TR_1'), withheld, 12_000);
  expect(timesIn(list)).toEqual([[12_000, undefined]]);
});

it('keeps what was taken away before the connection was lost, although it comes back with it', () => {
  const list = new NotRecordedList();
  list.came('TR_1', 100);
  list.came('TR_2', 100);
  list.note(camera('TR_1'), withheld, 3_000);
  list.connectionLost();
  list.note(camera('TR_2', 'ben'), withheld, 5_000);
  // Once more, before anything is back.
  list.connectionLost();
  list.came('TR_1', 9_000);
  list.came('TR_2', 9_000);
  expect(timesIn(list)).toEqual([[3_000, 9_000]]);
});

it('keeps when a track that was recorded was taken away, and came back', () => {
  const list = new NotRecordedList();
  list.came('TR_1', 100);
  list.note(camera('TR_1'), withheld, 5_000);
  list.came('TR_1', 9_000);
  expect(timesIn(list)).toEqual([[5_000, 9_000]]);
  list.note(camera('TR_1'), withheld, 12_000);
  list.note(camera('TR_9', 'ben'), withheld, 12_000);
  expect(list.trackCount).toBe(2);
});

it('says of one that came and was published anew both times, in order', () => {
  const list = new NotRecordedList();
  list.note(camera('TR_1'), withheld, 1_000);
  list.note(camera('TR_9', 'ben'), noRoom, 2_000);
  list.came('TR_1', 4_000);
  list.came('TR_9', 5_000);
  list.recordedFrom('TR_9', 6_000);
  list.note(camera('TR_2'), withheld, 5_500);
  expect(timesIn(list)).toEqual([
    [1_000, 4_000],
    [2_000, 6_000],
    [5_500, undefined],
  ]);
  expect(list.rename('ada', 'Ada Lovelace')).toBe(true);
  expect(list.rename('ada', 'Ada Lovelace')).toBe(false);
  expect(list.listed.map(({ participantName }) => participantName)).toEqual([
    'Ada Lovelace',
    'ben',
    'Ada Lovelace',
  ]);
});

it('has what is published no more as missing up to then', () => {
  const list = new NotRecordedList();
  list.note(camera('TR_1'), withheld, 1_000);
  list.recordedFrom('TR_1', 4_000);
  list.recordedFrom('TR_1', 5_000);
  expect(timesIn(list)).toEqual([[1_000, 4_000]]);
  // Of another one nothing is known.
  list.note(camera('TR_2'), withheld, 6_000);
  expect(timesIn(list)).toEqual([
    [1_000, 4_000],
    [6_000, undefined],
  ]);
});

it('lists who was published no more before it was heard why they were not recorded, and only up to then', () => {
  const list = new NotRecordedList();
  list.came('TR_1', 100);
  list.ended('TR_1', 5_000);
  list.ended('TR_2', 9_700);
  list.note(camera('TR_2', 'visitor'), noRoom, 9_712);
  list.note(camera('TR_2', 'visitor'), noRoom, 9_712);
  expect(timesIn(list)).toEqual([[9_700, 9_712]]);
  expect(list.openCount).toBe(0);
  // What is listed already ends there.
  list.note(camera('TR_3'), noRoom, 10_000);
  list.ended('TR_3', 11_000);
  list.note(camera('TR_3'), noRoom, 11_500);
  expect(timesIn(list)).toEqual([
    [9_700, 9_712],
    [10_000, 11_000],
  ]);
});
