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
        stoodStill: () => this.said.push(`${kind} late`),
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

it('keeps tracks through a standstill of less than a second: they lose nothing, and are only late', () => {
  room.begin(999);
  vi.advanceTimersByTime(10_000);
  expect(room.said).toEqual(['audio late', 'video late']);
});

it('does not leave the room after one short standstill behind another', () => {
  for (const ms of [200, 400, 400, 900]) room.begin(ms);
  vi.advanceTimersByTime(10_000);
  expect(room.said).not.toContain('stuck');
  expect(room.said.filter((said) => said.endsWith('off'))).toEqual([]);
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
  room.begin(1000);
  vi.advanceTimersByTime(60_000);
  expect(room.said).toEqual(['audio off', 'video off', 'audio on', 'video on', 'stuck', 'stuck']);
});

it('has the connection made anew at once when a track was renewed before', () => {
  room.begin(1000);
  vi.advanceTimersByTime(300);
  room.resumed('audio');
  room.resumed('video');
  room.begin(3000);
  vi.advanceTimersByTime(60_000);
  expect(room.said).toEqual(['audio off', 'video off', 'audio on', 'video on', 'stuck']);
});

it('has the connection made anew at once when the server has let go of it', () => {
  room.begin(20_000);
  expect(room.said).toEqual(['stuck']);
  // What they play out until the room is left is out of time.
  expect([...room.tracks.values()].map(({ isRenewing }) => isRenewing)).toEqual([true, true]);
});

it('waits for no track that has left meanwhile', () => {
  room.begin(1000);
  for (const kind of ['audio', 'video'] as const) {
    room.unsubscribed(kind);
    room.tracks.delete(kind);
  }
  vi.advanceTimersByTime(60_000);
  expect(room.said).toEqual(['audio off', 'video off', 'audio suspended', 'video suspended']);
});

it('does not begin twice', () => {
  room.begin(1000);
  room.begin(1000);
  expect(room.said).toEqual(['audio off', 'video off']);
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
