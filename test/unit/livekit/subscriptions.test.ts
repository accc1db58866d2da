import type { RemoteParticipant, RemoteTrack, RemoteTrackPublication } from '@livekit/rtc-node';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { PlateauError } from '../../../src-main/contract/errors.js';
import { type MediaKeys, readMediaKeys } from '../../../src-main/contract/media-keys.js';
import type { NativeStreamContext } from '../../../src-main/livekit/ffi/native-stream.js';
import type { HandOver, MissingTrack } from '../../../src-main/livekit/missing-tracks.js';
import type { PublicationInfo } from '../../../src-main/livekit/publication-info.js';
import type { SubscribedTrack } from '../../../src-main/livekit/remote-track.js';
import type { RoomListener } from '../../../src-main/livekit/room-listener.js';
import { Subscriptions } from '../../../src-main/livekit/subscriptions.js';

const errors: PlateauError[] = [];
const missing: MissingTrack[] = [];
const came: boolean[] = [];
/** How late each of them was. */
const late: number[] = [];
const gone: string[] = [];
/** Those that were missing, or taken, and have ended: whether that was told before. */
const over: boolean[] = [];
const muted: string[] = [];
const listener = {
  onError: (error: PlateauError) => errors.push(error),
  onTrackMissing: (track: MissingTrack) => missing.push(track),
  onMissingEnded: (_info: PublicationInfo, wasTold: boolean) => over.push(wasTold),
  onPublishingForbidden: ({ identity, role }: PublicationInfo) => forbidden.push(`${identity}: ${role}`),
  onTrackSubscribed: (_track: SubscribedTrack, { lateMs, wasMissing }: HandOver) => {
    came.push(wasMissing);
    late.push(lateMs);
  },
  onTrackMuted: ({ info }: SubscribedTrack, isMuted: boolean) => muted.push(`${info.trackSid} ${isMuted}`),
  onTrackGone: ({ info }: SubscribedTrack, isTaken: boolean) =>
    gone.push(`${info.trackSid}${isTaken ? ' taken' : ''}`),
} as unknown as RoomListener;
let mayReceive: boolean;
let mayPublish: boolean;
const forbidden: string[] = [];
/** How often the room was to be joined anew. */
let stuck: number;

beforeEach(() => {
  vi.useFakeTimers();
  errors.length = 0;
  missing.length = 0;
  came.length = 0;
  late.length = 0;
  gone.length = 0;
  over.length = 0;
  muted.length = 0;
  mayReceive = true;
  mayPublish = true;
  forbidden.length = 0;
  stuck = 0;
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
    isRecordedElsewhere: ({ trackSid }) => trackSid === 'TR_copied',
    listener,
    onStuck: () => {
      stuck += 1;
    },
    monoReason: () => 'server',
    permissions: { mayReceive: () => mayReceive, mayPublish: () => mayPublish },
    // Only what a track does with it that nobody receives.
    context: () => {
      const context: unknown = { dispatcher: {} };
      return context as NativeStreamContext;
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
  expect(missing[0]?.error.message).toMatch(
    /not received: the server does not let this recorder subscribe any more/,
  );
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

/** A microphone of ada that is received. */
function received(): { subscriptions: Subscriptions; ada: RemoteParticipant; come: () => void } {
  const subscriptions = newSubscriptions();
  const ada = participantWith('TR_1');
  const track: unknown = { ffi_handle: { handle: 1n, dispose: () => undefined } };
  const come = (): void => subscriptions.added(track as RemoteTrack, publicationOf('TR_1'), ada);
  come();
  return { subscriptions, ada, come };
}

it.each([
  ['comes again', 0],
  ['does not come', 1],
])('joins the room anew when it may subscribe again and the track %s: %i times', async (how, times) => {
  const { come, subscriptions } = received();
  mayReceive = false;
  subscriptions.judgeSignals(200);
  vi.advanceTimersByTime(5_000);
  mayReceive = true;
  subscriptions.judgeSignals(200);
  if (how === 'comes again') come();
  vi.advanceTimersByTime(2_900);
  subscriptions.judgeSignals(200);
  expect(stuck).toBe(0);
  vi.advanceTimersByTime(200);
  for (let look = 0; look < 5; look += 1) subscriptions.judgeSignals(200);
  expect(stuck).toBe(times);
  await subscriptions.close();
});

it('says at once of what was received that the recorder may not subscribe any more, until it comes again', async () => {
  const { ada, come, subscriptions } = received();
  subscriptions.judgeSignals(200);
  expect(missing).toEqual([]);
  mayReceive = false;
  for (let look = 0; look < 5; look += 1) subscriptions.judgeSignals(200);
  expect(gone).toEqual(['TR_1 taken']);
  expect(missing.map(({ error }) => error.code)).toEqual(['trackWithheld']);
  expect(missing[0]?.error.message).toBe(
    'The microphone of ada is not received any more: the server does not let this recorder subscribe any more (canSubscribe).',
  );
  expect(subscriptions.missing).toEqual(missing);
  // Then the SDK hears of its end, and of another one.
  mayReceive = true;
  subscriptions.withdrawn(publicationOf('TR_1'), ada);
  come();
  expect(came).toEqual([false, true]);
  expect(subscriptions.missing).toEqual([]);
  await subscriptions.close();
  vi.advanceTimersByTime(10_000);
  expect(missing).toHaveLength(1);
});

const counted = { receivedBytes: 0, packetsReceived: 40, packetsLost: 0, jitterMs: 0, jitterBufferMs: null };

/** WebRTC counts packets of it, or has nothing any more that receives it. */
function isGone(subscriptions: Subscriptions, isNow: boolean): void {
  const track = subscriptions.find('TR_1');
  if (track === undefined) throw new Error('It is not received.');
  vi.spyOn(track.counters, 'isGone', 'get').mockReturnValue(isNow);
}

it('says of what was received that its owner or the server has taken it away, within 3 s, until it comes again', async () => {
  const { ada, come, subscriptions } = received();
  isGone(subscriptions, true);
  subscriptions.judgeSignals(200);
  expect(gone).toEqual(['TR_1 taken']);
  vi.advanceTimersByTime(2_600);
  expect(missing.map(({ error }) => error.message)).toEqual([
    expect.stringMatching(/^The microphone of ada is not received any more: .* ada does not allow/),
  ]);
  // What its owner mutes meanwhile is missed by nobody.
  subscriptions.muted(publicationOf('TR_1'), true);
  subscriptions.muted(publicationOf('TR_2'), true);
  expect(muted).toEqual(['TR_1 true']);
  // The SDK gives the old one up when it has another.
  subscriptions.withdrawn(publicationOf('TR_1'), ada);
  come();
  expect(came).toEqual([false, true]);
  expect(over).toEqual([]);
  await subscriptions.close();
});

it.each([
  ['names it', 0],
  ['says nothing of it', 1],
])('joins the room anew when what was taken comes again and the SDK %s: %i times', async (how, times) => {
  const { ada, come, subscriptions } = received();
  const track = subscriptions.find('TR_1');
  if (track === undefined) throw new Error('It is not received.');
  const gone = vi.spyOn(track.counters, 'isGone', 'get').mockReturnValue(true);
  vi.spyOn(track, 'statistics', 'get').mockReturnValue({ ...counted, receiverId: '1 TR_1' });
  for (let look = 0; look < 5; look += 1) subscriptions.judgeSignals(200);
  vi.advanceTimersByTime(3_000);
  expect([missing.length, stuck]).toEqual([1, 0]);
  gone.mockReturnValue(false);
  subscriptions.judgeSignals(200);
  if (how === 'names it') {
    subscriptions.withdrawn(publicationOf('TR_1'), ada);
    come();
  }
  vi.advanceTimersByTime(1_200);
  subscriptions.judgeSignals(200);
  expect(stuck).toBe(times);
  await subscriptions.close();
});

it('says of what was taken and is published no more that it has ended, and whether it was missing', async () => {
  const { come, subscriptions } = received();
  const take = (): void => {
    isGone(subscriptions, true);
    subscriptions.judgeSignals(200);
  };
  take();
  subscriptions.ended('TR_1');
  vi.advanceTimersByTime(10_000);
  expect(missing).toEqual([]);
  expect(over).toEqual([false]);
  come();
  take();
  vi.advanceTimersByTime(3_000);
  subscriptions.ended('TR_1');
  expect(missing).toHaveLength(1);
  expect(over).toEqual([false, true]);
  await subscriptions.close();
});

it('says why a track ended whose owner may not publish it any more, which is heard of a moment later', async () => {
  const { subscriptions } = received();
  subscriptions.ended('TR_1');
  subscriptions.judgeSignals(200);
  expect(forbidden).toEqual([]);
  mayPublish = false;
  for (let look = 0; look < 3; look += 1) subscriptions.judgeSignals(200);
  expect(forbidden).toEqual(['ada: microphone']);
  await subscriptions.close();
});

it('says so once of a track that is published all the same', async () => {
  const { subscriptions } = received();
  mayPublish = false;
  for (let look = 0; look < 3; look += 1) subscriptions.judgeSignals(200);
  subscriptions.ended('TR_1');
  subscriptions.judgeSignals(200);
  expect(forbidden).toEqual(['ada: microphone']);
  await subscriptions.close();
});

it('says why a track ends that a take has by another connection, and says it of no other', async () => {
  const subscriptions = newSubscriptions();
  mayPublish = false;
  for (const sid of ['TR_copied', 'TR_other'])
    subscriptions.unpublished(publicationOf(sid), participantWith());
  subscriptions.unpublished(publicationOf('TR_copied'), undefined);
  subscriptions.judgeSignals(200);
  expect(forbidden).toEqual(['ada: microphone']);
  await subscriptions.close();
});
