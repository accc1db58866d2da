import { beforeEach, expect, it } from 'vitest';
import { type ReceivedTrack, SharedReceivers } from '../../../src-main/livekit/shared-receivers.js';

type Kind = ReceivedTrack['info']['kind'];

/** A subscribed track, and what WebRTC has said of it. */
class Track implements ReceivedTrack {
  readonly info: { readonly kind: Kind };
  statistics: ReceivedTrack['statistics'] = null;
  subscribedAtMs: number;
  quietMs = 200;
  isRenewing = false;
  readonly counters = { isGone: false };
  isWithheld = false;

  constructor(subscribedAtMs: number, kind: Kind = 'audio') {
    this.subscribedAtMs = subscribedAtMs;
    this.info = { kind };
  }

  counts(receiverId: string, ssrc: number, packetsReceived: number): this {
    this.statistics = { receiverId, ssrc, packetsReceived };
    return this;
  }
}

let receivers: SharedReceivers<Track>;
let ada: Track;
let bob: Track;
let cat: Track;
let all: Track[];
const look = (tracks: Track[], nowMs = 0): Track[] => receivers.look(tracks, nowMs);

beforeEach(() => {
  receivers = new SharedReceivers<Track>();
  ada = new Track(1).counts('one', 11, 330);
  bob = new Track(2).counts('two', 22, 400);
  cat = new Track(3);
  all = [ada, bob, cat];
});

it('a track that was taken away delivers nothing of the one that has got its receiver', () => {
  ada.quietMs = 3_000;
  receivers.subscribed(cat, all);
  expect([ada.isWithheld, bob.isWithheld, cat.isWithheld]).toEqual([true, false, false]);
  expect(look(all)).toEqual([]);
  expect(ada.isWithheld).toBe(true);
  // Both are told the newcomer's counts; those of the former one come first, and nothing is let through.
  ada.counts('one', 33, 350);
  expect(look(all)).toEqual([]);
  expect(ada.isWithheld).toBe(true);
  cat.counts('one', 33, 21);
  expect(look(all)).toEqual([ada]);
  expect([ada.isWithheld, cat.isWithheld]).toEqual([true, false]);
  // It has ended by the next time.
  expect(look([bob, cat])).toEqual([]);
});

it('finds a track that nothing receives any more, unless it is being subscribed anew', () => {
  ada.counters.isGone = true;
  ada.isRenewing = true;
  expect(look(all)).toEqual([]);
  ada.isRenewing = false;
  expect(look(all)).toEqual([ada]);
});

it('finds one that fell silent a moment before, which nothing was withheld of', () => {
  receivers.subscribed(cat, all);
  cat.counts('one', 33, 5);
  expect(look(all)).toEqual([ada]);
});

it('lets who was only silent be heard as soon as the newcomer has a receiver of its own', () => {
  ada.quietMs = 60_000;
  receivers.subscribed(cat, all);
  cat.counts('three', 33, 0);
  expect(look(all)).toEqual([]);
  expect(ada.isWithheld).toBe(false);
});

it('lets who was only silent be heard when more of the same stream comes, whatever is known of the newcomer', () => {
  ada.quietMs = 60_000;
  receivers.subscribed(cat, all);
  ada.counts('one', 11, 331);
  expect(look(all)).toEqual([]);
  expect(ada.isWithheld).toBe(false);
});

it('has no doubt about tracks of another kind, or that are being subscribed anew', () => {
  const camera = new Track(0, 'video').counts('four', 44, 10);
  for (const track of [ada, camera]) track.quietMs = 60_000;
  ada.isRenewing = true;
  receivers.subscribed(cat, [...all, camera]);
  expect([ada, camera].map(({ isWithheld }) => isWithheld)).toEqual([false, false]);
  // What is being subscribed anew has no receiver, whatever was said of it before.
  cat.counts('one', 33, 5);
  expect(look([...all, camera])).toEqual([]);
});

it('takes a receiver for that of the track that was subscribed last, in whatever order they are listed', () => {
  ada.subscribedAtMs = 9;
  bob.counts('one', 11, 400);
  expect(look(all)).toEqual([bob]);
});

it('hears who has never sent, and begins beside a newcomer that has not sent either', () => {
  ada.counts('', 0, 0);
  ada.quietMs = 60_000;
  receivers.subscribed(cat, all);
  expect(look(all, 1_000)).toEqual([]);
  ada.counts('one', 11, 5);
  expect(look(all, 2_000)).toEqual([]);
  // Had she its receiver, cat would be told the same of it.
  expect(ada.isWithheld).toBe(true);
  expect(look(all, 4_600)).toEqual([]);
  expect(ada.isWithheld).toBe(false);
});

it('doubts a track anew with each newcomer', () => {
  ada.quietMs = 60_000;
  receivers.subscribed(cat, all);
  const dan = new Track(4);
  all.push(dan);
  receivers.subscribed(dan, all);
  cat.counts('three', 33, 1);
  expect(look(all)).toEqual([]);
  expect(ada.isWithheld).toBe(true);
  dan.counts('one', 44, 1);
  expect(look(all)).toEqual([ada]);
});
