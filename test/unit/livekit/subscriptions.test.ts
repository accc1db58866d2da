import type { RemoteParticipant, RemoteTrackPublication } from '@livekit/rtc-node';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { PlateauError } from '../../../src-main/contract/errors.js';
import type { RoomListener } from '../../../src-main/livekit/room-listener.js';
import { Subscriptions } from '../../../src-main/livekit/subscriptions.js';

const errors: PlateauError[] = [];
const listener = { onError: (error: PlateauError) => errors.push(error) } as unknown as RoomListener;

beforeEach(() => {
  vi.useFakeTimers();
  errors.length = 0;
});

afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

function newSubscriptions(): Subscriptions {
  return new Subscriptions({
    queueSizes: { videoFrames: 1, audioFrames: 1 },
    pcm: { sampleRateHz: 48_000, channels: 2, frameMs: 10 },
    isArmed: () => true,
    listener,
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
