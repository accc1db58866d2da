import type { RemoteParticipant, RemoteTrackPublication } from '@livekit/rtc-node';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { PlateauError } from '../../../src-main/contract/errors.js';
import { type MediaKeys, readMediaKeys } from '../../../src-main/contract/media-keys.js';
import type { MissingTrack } from '../../../src-main/livekit/missing-tracks.js';
import type { RoomListener } from '../../../src-main/livekit/room-listener.js';
import { Subscriptions } from '../../../src-main/livekit/subscriptions.js';

const errors: PlateauError[] = [];
const missing: MissingTrack[] = [];
const listener = {
  onError: (error: PlateauError) => errors.push(error),
  onTrackMissing: (track: MissingTrack) => missing.push(track),
} as unknown as RoomListener;
let mayReceive: boolean;

beforeEach(() => {
  vi.useFakeTimers();
  errors.length = 0;
  missing.length = 0;
  mayReceive = true;
});

afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

function newSubscriptions(mediaKeys: MediaKeys | null = null): Subscriptions {
  return new Subscriptions({
    mediaKeys,
    queueSizes: { videoFrames: 1, audioFrames: 1 },
    pcm: { sampleRateHz: 48_000, channels: 2, frameMs: 10 },
    isArmed: () => true,
    listener,
    onStuck: () => undefined,
    mayReceive: () => mayReceive,
    context: () => {
      throw new Error('no track is subscribed here');
    },
  });
}

/** Only what subscriptions read of a participant: what they publish at the moment. */
function participantWith(...sids: readonly string[]): RemoteParticipant {
  const publications = sids.map((sid): [string, unknown] => [sid, { sid }]);
  const participant: unknown = { identity: 'ada', trackPublications: new Map(publications) };
  return participant as RemoteParticipant;
}

it('says that a track could not be subscribed, with a code of its own', () => {
  newSubscriptions().failed('TR_1', participantWith('TR_1'), 'no such codec');
  vi.advanceTimersByTime(1_000);
  expect(errors).toHaveLength(1);
  expect(errors[0]).toMatchObject({ code: 'subscriptionFailed', exitCode: 7 });
  expect(errors[0]?.message).toBe('A track of ada (TR_1) could not be subscribed: no such codec.');
});

it('says nothing of a track that had ended by then', () => {
  newSubscriptions().failed('TR_1', participantWith('TR_2'), 'track not found');
  vi.advanceTimersByTime(10_000);
  expect(errors).toEqual([]);
});

it('says nothing of a track whose end is heard of a moment later', () => {
  const ada = participantWith('TR_1');
  newSubscriptions().failed('TR_1', ada, 'track not found');
  ada.trackPublications.delete('TR_1');
  vi.advanceTimersByTime(10_000);
  expect(errors).toEqual([]);
});

it('says nothing any more once the room is left', async () => {
  const subscriptions = newSubscriptions();
  subscriptions.failed('TR_1', participantWith('TR_1'), undefined);
  await subscriptions.close();
  vi.advanceTimersByTime(10_000);
  expect(errors).toEqual([]);
});

it.each([
  [true, ['subscriptionFailed']],
  [false, []],
])('tells a request that fails only while its track is published (%s)', (isPublished, codes) => {
  const publication: unknown = {
    sid: 'TR_1',
    setSubscribed: () => {
      throw new Error('the handle is gone');
    },
  };
  newSubscriptions().subscribe(
    publication as RemoteTrackPublication,
    participantWith(...(isPublished ? ['TR_1'] : [])),
  );
  expect(errors.map(({ code }) => code)).toEqual(codes);
});

/** A publication that the server is asked for and that never comes. */
function publicationOf(sid: string, encryptionType = 0): RemoteTrackPublication {
  const publication: unknown = { sid, kind: 1, source: 2, encryptionType, setSubscribed: () => undefined };
  return publication as RemoteTrackPublication;
}

it('says once, after 2.5 s, that a track was not handed over', () => {
  const subscriptions = newSubscriptions();
  for (let again = 0; again < 3; again += 1)
    subscriptions.subscribe(publicationOf('TR_1'), participantWith('TR_1'));
  vi.advanceTimersByTime(2_499);
  expect(missing).toEqual([]);
  vi.advanceTimersByTime(60_000);
  expect(missing.map(({ error }) => error.code)).toEqual(['trackWithheld']);
  expect(missing[0]?.error.message).toMatch(/^The microphone of ada is not received: .*ada does not allow/);
  expect(missing[0]?.awaitedMs).toBe(2_500);
  expect(subscriptions.missing).toEqual(missing);
});

it('knows when the recorder itself may not subscribe any more', () => {
  mayReceive = false;
  newSubscriptions().subscribe(publicationOf('TR_1'), participantWith('TR_1'));
  vi.advanceTimersByTime(2_500);
  expect(missing[0]?.error.message).toMatch(/took away the recorder’s permission/);
});

it('says so of a track that was taken back while it is published', () => {
  const subscriptions = newSubscriptions();
  const ada = participantWith('TR_1');
  subscriptions.withdrawn(publicationOf('TR_1'), ada);
  vi.advanceTimersByTime(2_500);
  expect(missing).toHaveLength(1);
  subscriptions.ended('TR_1');
  expect(subscriptions.missing).toEqual([]);
});

it('says nothing of a track that ended, of a connection that is being mended, and of a room that was left', async () => {
  const subscriptions = newSubscriptions();
  subscriptions.subscribe(publicationOf('TR_1'), participantWith('TR_1'));
  subscriptions.ended('TR_1');
  subscriptions.subscribe(publicationOf('TR_2'), participantWith('TR_2'));
  subscriptions.interrupted();
  subscriptions.subscribe(publicationOf('TR_3'), participantWith('TR_3'));
  await subscriptions.close();
  vi.advanceTimersByTime(60_000);
  expect(missing).toEqual([]);
});

it('says at once, and once, that a track is encrypted', () => {
  const subscriptions = newSubscriptions();
  for (let again = 0; again < 2; again += 1)
    subscriptions.subscribe(publicationOf('TR_1', 1), participantWith('TR_1'));
  expect(missing.map(({ error }) => error.code)).toEqual(['encryptedTrack']);
});

it('asks for an encrypted track that there is a key for', () => {
  const subscriptions = newSubscriptions(
    readMediaKeys('{"keys": [{"participant": "ada", "passphrase": "x"}]}'),
  );
  const wanted: boolean[] = [];
  const publication = publicationOf('TR_1', 1);
  Object.assign(publication, { setSubscribed: (isWanted: boolean) => wanted.push(isWanted) });
  subscriptions.subscribe(publication, participantWith('TR_1'));
  expect(wanted).toEqual([true]);
  subscriptions.ended('TR_1');
  expect(missing).toEqual([]);
});
