import type { Room } from '@livekit/rtc-node';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isDoneInTime, joinInTime, leaveRoom } from '../../../src-main/livekit/native-patience.js';
import { FakeRoom } from './fake-room.js';

const never = new Promise<void>(() => undefined);

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

/** Only what leaving and joining use of it is there. */
const asRoom = (room: FakeRoom): Room => room as unknown as Room;

describe('what the SDK was asked to do', () => {
  it('is done as soon as the SDK says so, also that it failed', async () => {
    expect(await isDoneInTime(Promise.resolve())).toBe(true);
    expect(await isDoneInTime(Promise.reject(new Error('gone')))).toBe(true);
  });

  it('is given up after five seconds: a room is left all the same, and heard no more', async () => {
    const room = new FakeRoom();
    room.on('anything', () => undefined);
    room.leaving = never;
    const leaving = leaveRoom(asRoom(room));
    await vi.advanceTimersByTimeAsync(4_999);
    expect(room.listenerCount('anything')).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    await leaving;
    expect(room.listenerCount('anything')).toBe(0);
  });
});

describe('a room that is being joined', () => {
  it('is joined, or refuses, in the words of the SDK', async () => {
    const room = new FakeRoom();
    room.accept();
    await joinInTime(asRoom(room), room.connect());
    const other = new FakeRoom();
    other.refuse('no such room');
    await expect(joinInTime(asRoom(other), other.connect())).rejects.toThrow('no such room');
    expect([room.disconnects, other.disconnects]).toEqual([0, 0]);
  });

  it('is given up after 45 s, and left again when it is joined later', async () => {
    const room = new FakeRoom();
    const outcome = expect(joinInTime(asRoom(room), room.connect())).rejects.toThrow('timed out');
    await vi.advanceTimersByTimeAsync(45_000);
    await outcome;
    expect(room.disconnects).toBe(0);
    room.accept();
    await vi.advanceTimersByTimeAsync(0);
    expect(room.disconnects).toBe(1);
  });
});
