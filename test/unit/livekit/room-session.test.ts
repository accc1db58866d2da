import { DisconnectReason, RoomEvent, TrackKind, TrackSource } from '@livekit/rtc-node';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PlateauError } from '../../../src-main/contract/errors.js';
import type { RoomAnswer } from '../../../src-main/livekit/connect/room-lookup.js';
import { RoomSession } from '../../../src-main/livekit/room-session.js';
import { type FakeRoom, FakeSdk } from './fake-room.js';
import { sayingListener } from './saying-listener.js';

const unreachable = 'signal failure: connection refused';
const refused = 'signal failure: 401 unauthorized';
const unknownRoom = 'signal failure: client error: 404 Not Found - requested room does not exist';
const notReached = 'not reached: serverUnreachable';
const ignore = (): void => undefined;

let sdk: FakeSdk;
let said: string[];
let lostBy: PlateauError | null;
let token: () => Promise<string>;
/** What the server says about the room; null where it does not say, or is gone. */
let isOpen: boolean | 'gone' | null;

beforeEach(() => {
  vi.useFakeTimers();
  sdk = new FakeSdk();
  said = [];
  lostBy = null;
  token = () => Promise.resolve('a-token');
  isOpen = null;
});

afterEach(() => {
  vi.useRealTimers();
});

const gone = new PlateauError('serverUnreachable', 'Gone.', 'Wait.');
const lookup = {
  get canLook() {
    return isOpen !== null;
  },
  ask: (): Promise<RoomAnswer> => {
    if (isOpen === 'gone') return Promise.resolve({ kind: 'unreachable', error: gone });
    if (isOpen === null) return Promise.resolve({ kind: 'unknown', why: '' });
    return Promise.resolve({ kind: isOpen ? 'open' : 'closed' });
  },
};

function newSession(): RoomSession {
  return new RoomSession({
    url: 'ws://server.example',
    token: () => token(),
    lookup,
    queueSizes: { videoFrames: 1, audioFrames: 1 },
    pcm: { sampleRateHz: 48_000, channels: 2, frameMs: 10 },
    loopLateAfterMs: { video: 300, audio: 1_000 },
    isArmed: () => true,
    listener: sayingListener(said, (error) => {
      lostBy = error;
    }),
    sdk,
  });
}

async function joined(): Promise<RoomSession> {
  const session = newSession();
  sdk.onRoom = (room) => {
    room.accept();
  };
  await session.connect();
  sdk.onRoom = ignore;
  said.length = 0;
  return session;
}

/** Lets every attempt fail at once, and returns when each was made, in milliseconds from now. */
function attemptsThatFail(message: string): number[] {
  const startMs = Date.now();
  const atMs: number[] = [];
  sdk.onRoom = (room) => {
    atMs.push(Date.now() - startMs);
    room.refuse(message);
  };
  return atMs;
}

/** Somebody's microphone, of which only what a session reads is there. */
function withMicrophone(room: FakeRoom): void {
  const publication = { sid: 'TR_1', kind: TrackKind.KIND_AUDIO, source: TrackSource.SOURCE_MICROPHONE };
  const ada = { identity: 'ada', name: 'Ada', trackPublications: new Map([['TR_1', publication]]) };
  room.remoteParticipants.set('ada', ada);
  room.emit(
    RoomEvent.TrackSubscribed,
    { ffi_handle: { handle: 1n, dispose: ignore } },
    { ...publication, setSubscribed: ignore },
    ada,
  );
}

const never = new Promise<void>(ignore);

describe('an SDK that does not answer', () => {
  it('is left alone after five seconds where the room has to be joined anew', async () => {
    const session = await joined();
    const room = sdk.latest;
    withMicrophone(room);
    room.leaving = never;
    sdk.onRoom = (next) => {
      next.accept();
    };
    // The server forgets who says nothing for so long: the room is left at once, and joined anew.
    sdk.standStill(20_000);
    await vi.advanceTimersByTimeAsync(4_900);
    expect(sdk.rooms).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(sdk.rooms).toHaveLength(2);
    expect(said).toEqual(['stood still for 20000 ms', 'reconnecting', 'connected', 'reconnected']);
    await session.close();
  });
});

it('joins anew, and otherwise, once the SDK has stopped to hear the server', async () => {
  const session = await joined();
  expect(sdk.latest.options).toMatchObject({ singlePeerConnection: true, autoSubscribe: false });
  sdk.onRoom = (next) => {
    next.accept();
  };
  sdk.stall();
  await vi.advanceTimersByTimeAsync(0);
  expect(said).toEqual(['stalled', 'reconnecting', 'connected', 'reconnected']);
  expect(sdk.latest.options).toMatchObject({ singlePeerConnection: false });
  await session.close();
  expect(sdk.isWatched).toBe(false);
});

describe('coming back', () => {
  it('waits longer each time, up to eight seconds, for as long as the server cannot be reached', async () => {
    const session = await joined();
    const atMs = attemptsThatFail(unreachable);
    sdk.latest.drop(DisconnectReason.SERVER_SHUTDOWN);
    await vi.advanceTimersByTimeAsync(40_000);
    expect(atMs).toEqual([500, 1_500, 3_500, 7_500, 15_500, 23_500, 31_500, 39_500]);
    expect(said).toEqual(['reconnecting', notReached]);
    await session.close();
  });

  it('says so once it is back, with a room of its own', async () => {
    const session = await joined();
    const [first] = sdk.rooms;
    sdk.latest.drop(DisconnectReason.SERVER_SHUTDOWN);
    await vi.advanceTimersByTimeAsync(500);
    expect(sdk.rooms).toHaveLength(2);
    expect(sdk.latest).not.toBe(first);
    expect(said).toEqual(['reconnecting']);
    sdk.latest.accept();
    await vi.advanceTimersByTimeAsync(0);
    expect(said).toEqual(['reconnecting', 'connected', 'reconnected']);
    await session.close();
  });

  it('asks for a new token each time: the first may have expired', async () => {
    const session = await joined();
    let minted = 0;
    token = () => {
      minted += 1;
      return Promise.resolve(`token-${minted}`);
    };
    attemptsThatFail(unreachable);
    sdk.latest.drop(DisconnectReason.SERVER_SHUTDOWN);
    await vi.advanceTimersByTimeAsync(3_500);
    expect(minted).toBe(3);
    await session.close();
  });

  it('begins anew with the shortest wait after it was back', async () => {
    const session = await joined();
    attemptsThatFail(unreachable);
    sdk.latest.drop(DisconnectReason.SERVER_SHUTDOWN);
    await vi.advanceTimersByTimeAsync(7_500);
    sdk.onRoom = (room) => {
      room.accept();
    };
    await vi.advanceTimersByTimeAsync(8_000);
    expect(said).toEqual(['reconnecting', notReached, 'answers', 'connected', 'reconnected']);
    const atMs = attemptsThatFail(unreachable);
    sdk.latest.drop(DisconnectReason.SERVER_SHUTDOWN);
    await vi.advanceTimersByTimeAsync(600);
    expect(atMs).toEqual([500]);
    await session.close();
  });

  it('gives up when the server refuses', async () => {
    const session = await joined();
    const atMs = attemptsThatFail(refused);
    sdk.latest.drop(DisconnectReason.SERVER_SHUTDOWN);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(atMs).toEqual([500]);
    expect(said).toEqual(['reconnecting', 'lost: unauthorized']);
    await session.close();
  });

  it('gives up when there is no token any more', async () => {
    const session = await joined();
    token = () =>
      Promise.reject(new PlateauError('tokenExpired', 'The token has expired.', 'Make a new one.'));
    sdk.latest.drop(DisconnectReason.SERVER_SHUTDOWN);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sdk.rooms).toHaveLength(1);
    expect(said).toEqual(['reconnecting', 'lost: tokenExpired']);
    await session.close();
  });

  it.each([
    [DisconnectReason.DUPLICATE_IDENTITY, 'duplicateIdentity'],
    [DisconnectReason.PARTICIPANT_REMOVED, 'connectionLost'],
  ])('does not try when the server ended it for good (%s)', async (reason, code) => {
    const session = await joined();
    sdk.latest.drop(reason);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sdk.rooms).toHaveLength(1);
    expect(said).toEqual([`lost: ${code}`]);
    // Its stack is of this moment, not of the module’s load.
    expect(lostBy?.stack).toContain('room-session');
    await session.close();
  });
});

describe('a room that is over', () => {
  it.each([DisconnectReason.ROOM_CLOSED, DisconnectReason.ROOM_DELETED])(
    'is not joined again by itself (%s)',
    async (reason) => {
      const session = await joined();
      sdk.latest.drop(reason);
      await vi.advanceTimersByTimeAsync(60_000);
      expect(sdk.rooms).toHaveLength(1);
      expect(said).toEqual(['ended']);
      await session.close();
    },
  );

  it('is joined when somebody opens it again, and not before', async () => {
    const session = await joined();
    isOpen = false;
    sdk.latest.drop(DisconnectReason.ROOM_CLOSED);
    session.awaitRoom();
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(sdk.rooms).toHaveLength(1);
    expect(said).toEqual(['ended', 'waiting']);
    isOpen = true;
    sdk.onRoom = (room) => {
      room.accept();
    };
    await vi.advanceTimersByTimeAsync(600);
    expect(sdk.rooms).toHaveLength(2);
    expect(said).toEqual(['ended', 'waiting', 'connected']);
    await session.close();
  });

  it('is over as well when the server does not know it any more for 20 s after a connection broke', async () => {
    const session = await joined();
    const atMs = attemptsThatFail(unknownRoom);
    sdk.latest.drop(DisconnectReason.SERVER_SHUTDOWN);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(said).toEqual(['reconnecting']);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(said).toEqual(['reconnecting', 'ended']);
    expect(atMs.at(-1)).toBeLessThan(30_000);
    await session.close();
  });

  it('is not over when a server that was started anew gets to know it again', async () => {
    const session = await joined();
    attemptsThatFail(unknownRoom);
    sdk.latest.drop(DisconnectReason.SERVER_SHUTDOWN);
    await vi.advanceTimersByTimeAsync(4_000);
    sdk.onRoom = (room) => {
      room.accept();
    };
    await vi.advanceTimersByTimeAsync(8_000);
    expect(said).toEqual(['reconnecting', 'connected', 'reconnected']);
    await session.close();
  });
});

describe('a room that is not open yet', () => {
  it('is waited for without being joined', async () => {
    isOpen = false;
    const session = newSession();
    await session.connect();
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(sdk.rooms).toEqual([]);
    expect(said).toEqual(['waiting']);
    await session.close();
    isOpen = true;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sdk.rooms).toEqual([]);
  });

  it('is asked for by joining where the server does not say, and does not make rooms', async () => {
    const atMs = attemptsThatFail(unknownRoom);
    const session = newSession();
    await session.connect();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(said).toEqual(['waiting']);
    expect(atMs).toEqual([0, 500, 1_000]);
    await session.close();
  });

  it('is joined to wait in it where nothing else is possible, and that is said', async () => {
    const session = await joined();
    sdk.latest.drop(DisconnectReason.ROOM_CLOSED);
    sdk.onRoom = (room) => {
      room.accept();
    };
    session.awaitRoom();
    await vi.advanceTimersByTimeAsync(600);
    expect(said).toEqual(['ended', 'waiting inside', 'connected']);
    await session.close();
  });

  it('is waited for through an outage of its server, and given up when the server refuses', async () => {
    isOpen = false;
    const session = newSession();
    await session.connect();
    isOpen = null;
    attemptsThatFail(unreachable);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(said).toEqual(['waiting', notReached]);
    attemptsThatFail(refused);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(said).toEqual(['waiting', notReached, 'lost: unauthorized']);
    await session.close();
  });

  it('is not joined while a server that said so does not answer: it may come back without the room', async () => {
    isOpen = false;
    const session = newSession();
    await session.connect();
    isOpen = 'gone';
    await vi.advanceTimersByTimeAsync(60_000);
    isOpen = false;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(sdk.rooms).toEqual([]);
    expect(said).toEqual(['waiting', notReached, 'answers']);
    await session.close();
  });

  it('is not joined once somebody has left, although the answer was on its way', async () => {
    isOpen = false;
    const session = newSession();
    await session.connect();
    isOpen = true;
    vi.advanceTimersByTime(500);
    await session.close();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sdk.rooms).toEqual([]);
  });
});

describe('leaving', () => {
  it('while a reconnection is under way reports nothing any more, and gives the room back', async () => {
    const session = await joined();
    sdk.latest.drop(DisconnectReason.SERVER_SHUTDOWN);
    await vi.advanceTimersByTimeAsync(500);
    const room = sdk.latest;
    await session.close();
    said.length = 0;
    room.accept();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(said).toEqual([]);
    expect(room.disconnects).toBe(1);
    expect(sdk.rooms).toHaveLength(2);
  });

  it('while the room is being joined rejects, and gives the room back', async () => {
    const session = newSession();
    const connecting = session.connect();
    const outcome = expect(connecting).rejects.toMatchObject({ code: 'invalidState' });
    await vi.advanceTimersByTimeAsync(0);
    const room = sdk.latest;
    await session.close();
    room.accept();
    await outcome;
    expect(room.disconnects).toBe(1);
    expect(said).toEqual([]);
  });

  it('while the token is made joins no room, and leaves no thread behind', async () => {
    let hand: (token: string) => void = ignore;
    token = () => new Promise((resolve) => (hand = resolve));
    const session = newSession();
    const outcome = expect(session.connect()).rejects.toMatchObject({ code: 'invalidState' });
    await vi.advanceTimersByTimeAsync(0);
    await session.close();
    hand('late');
    await outcome;
    expect(sdk.rooms).toEqual([]);
    expect(sdk.openedStreams).toBe(sdk.closedStreams);
  });

  it('between two attempts makes no other', async () => {
    const session = await joined();
    sdk.latest.drop(DisconnectReason.SERVER_SHUTDOWN);
    await session.close();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sdk.rooms).toHaveLength(1);
    expect(said).toEqual(['reconnecting']);
  });

  it('disconnects from a room that is joined, and hears no more of it', async () => {
    const session = await joined();
    const room = sdk.latest;
    await session.close();
    expect(room.disconnects).toBe(1);
    expect(sdk.openedStreams).toBe(sdk.closedStreams);
    room.drop(DisconnectReason.CLIENT_INITIATED);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(said).toEqual([]);
    expect(sdk.rooms).toHaveLength(1);
  });

  it('cannot be undone: a session that was closed joins no room', async () => {
    const session = await joined();
    await session.close();
    await expect(session.connect()).rejects.toMatchObject({ code: 'invalidState' });
    expect(sdk.rooms).toHaveLength(1);
  });
});
