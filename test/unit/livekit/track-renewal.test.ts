import type { RemoteTrackPublication, Room } from '@livekit/rtc-node';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { SubscribedTrack } from '../../../src-main/livekit/remote-track.js';
import { TrackRenewal } from '../../../src-main/livekit/track-renewal.js';

/** A room with a microphone and a camera, whose tracks remember what was asked of them. */
class FakeRoom {
  readonly said: string[] = [];
  readonly tracks = new Map<string, SubscribedTrack>();
  readonly publications = new Map<string, RemoteTrackPublication>();
  readonly renewal = new TrackRenewal({
    find: (trackSid) => this.tracks.get(trackSid),
    onStuck: () => this.said.push('stuck'),
    onError: ({ message }) => this.said.push(message),
  });

  constructor() {
    for (const kind of ['audio', 'video'] as const) {
      const track = {
        info: { trackSid: kind, kind },
        isRenewing: false,
        wasRenewed: false,
        beginRenewal: () => {
          track.isRenewing = true;
        },
        suspend: () => this.said.push(`${kind} suspended`),
      };
      this.tracks.set(kind, track as unknown as SubscribedTrack);
      const publication: unknown = {
        sid: kind,
        setSubscribed: (isWanted: boolean) => this.said.push(`${kind} ${isWanted ? 'on' : 'off'}`),
      };
      this.publications.set(kind, publication as RemoteTrackPublication);
    }
  }

  /** The process stood still. */
  begin(ms: number): void {
    const room: unknown = {
      remoteParticipants: new Map([['ada', { trackPublications: this.publications }]]),
    };
    this.renewal.begin(ms, room as Room);
  }

  /** The SDK has given the track up. */
  unsubscribed(kind: 'audio' | 'video'): void {
    const track = this.tracks.get(kind);
    if (track !== undefined) this.renewal.continue(track);
  }

  /** A fresh track has come. */
  resumed(kind: 'audio' | 'video'): void {
    Object.assign(this.tracks.get(kind) ?? {}, { isRenewing: false, wasRenewed: true });
  }
}

let room: FakeRoom;
beforeEach(() => {
  vi.useFakeTimers();
  room = new FakeRoom();
});
afterEach(() => {
  vi.useRealTimers();
});

it('leaves tracks alone that a short standstill has not set back', () => {
  room.begin(150);
  vi.advanceTimersByTime(10_000);
  expect(room.said).toEqual([]);
});

it('renews audio alone after half a second: a camera recovers by itself', () => {
  room.begin(500);
  expect(room.said).toEqual(['audio off']);
});

it('asks for the track again when the server had time to take it away', () => {
  room.begin(3000);
  room.unsubscribed('audio');
  room.unsubscribed('video');
  vi.advanceTimersByTime(199);
  expect(room.said).toEqual(['audio off', 'video off', 'audio suspended', 'video suspended']);
  vi.advanceTimersByTime(1);
  expect(room.said.slice(4)).toEqual(['audio on', 'video on']);
  room.resumed('audio');
  room.resumed('video');
  vi.advanceTimersByTime(60_000);
  expect(room.said).toHaveLength(6);
});

it('has the connection made anew when the track does not come', () => {
  room.begin(500);
  vi.advanceTimersByTime(60_000);
  expect(room.said).toEqual(['audio off', 'audio on', 'stuck']);
});

it('has the connection made anew at once when a track was renewed before', () => {
  room.begin(500);
  vi.advanceTimersByTime(300);
  room.resumed('audio');
  room.begin(3000);
  vi.advanceTimersByTime(60_000);
  expect(room.said).toEqual(['audio off', 'audio on', 'stuck']);
});

it('has the connection made anew at once when the server has let go of it', () => {
  room.begin(20_000);
  expect(room.said).toEqual(['stuck']);
  // What they play out until the room is left is out of time.
  expect([...room.tracks.values()].map(({ isRenewing }) => isRenewing)).toEqual([true, true]);
});

it('waits for no track that has left meanwhile', () => {
  room.begin(500);
  room.unsubscribed('audio');
  room.tracks.delete('audio');
  vi.advanceTimersByTime(60_000);
  expect(room.said).toEqual(['audio off', 'audio suspended']);
});

it('does not begin twice', () => {
  room.begin(500);
  room.begin(500);
  expect(room.said).toEqual(['audio off']);
});

it('goes on after a request that fails', () => {
  Object.assign(room.publications.get('audio') ?? {}, {
    setSubscribed: () => {
      throw new Error('the handle is gone');
    },
  });
  room.begin(3000);
  expect(room.said[0]).toContain('the handle is gone');
  expect(room.said[1]).toBe('video off');
});
