import type { RemoteTrackPublication, Room } from '@livekit/rtc-node';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { SubscribedTrack } from '../../../src-main/livekit/remote-track.js';
import { TrackRenewal } from '../../../src-main/livekit/track-renewal.js';
import type { HeldBack } from '../../../src-main/pipeline/held-back.js';

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

  /** @param others microphones of Bob, beside those of Ada */
  constructor(others: readonly string[] = []) {
    for (const kind of ['audio', 'video', ...others]) {
      const track = {
        info: { trackSid: kind, identity: identityOf(kind) },
        isRenewing: false,
        wasRenewed: false,
        isMuted: false,
        heldBack: fakeHeldBack(),
        beginRenewal: () => {
          track.isRenewing = true;
        },
        counters: { restless: () => this.said.push(`${kind} late`) },
        caughtUp: () => {
          track.isRenewing = false;
          this.said.push(`${kind} caught up`);
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

  /** What these tracks have sent was held back; of those that stalled it is not known. */
  heldBack(held: readonly string[], stalled: readonly string[] = []): void {
    for (const sid of [...held, ...stalled])
      Object.assign(this.tracks.get(sid)?.heldBack ?? {}, { hasStalled: true });
    for (const sid of held) this.tracks.get(sid)?.heldBack.join();
    const publicationsOf = (identity: string): Map<string, RemoteTrackPublication> =>
      new Map([...this.publications].filter(([sid]) => identityOf(sid) === identity));
    const room: unknown = {
      remoteParticipants: new Map(
        ['ada', 'bob'].map((identity) => [identity, { trackPublications: publicationsOf(identity) }]),
      ),
    };
    this.renewal.beginHeldBack(this.tracks.values(), room as Room);
  }

  /** The SDK has given the track up. */
  unsubscribed(kind: 'audio' | 'video'): void {
    const track = this.tracks.get(kind);
    if (track !== undefined) this.renewal.continue(track);
  }

  /** A fresh track has come. */
  resumed(kind: string): void {
    this.tracks.get(kind)?.heldBack.restart();
    Object.assign(this.tracks.get(kind) ?? {}, { isRenewing: false, wasRenewed: true });
  }
}

function identityOf(sid: string): string {
  return sid.startsWith('bob') ? 'bob' : 'ada';
}

function fakeHeldBack(): Pick<
  HeldBack,
  'hasStalled' | 'isOwn' | 'isQuiet' | 'join' | 'joinEverybody' | 'restart' | 'sinceUs' | 'stoodStill'
> {
  const state = {
    hasStalled: false,
    isOwn: false,
    isQuiet: false,
    sinceUs: null as number | null,
    join: () => {
      if (state.hasStalled) state.sinceUs = 5;
    },
    joinEverybody: () => {
      state.join();
      state.isOwn = true;
    },
    restart: () => {
      Object.assign(state, { hasStalled: false, sinceUs: null });
    },
    stoodStill: () => {
      state.restart();
    },
  };
  return state;
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

it('asks anew for whom the line held back, and for nobody else', () => {
  room = new FakeRoom(['bob-audio', 'bob-video']);
  room.heldBack(['bob-audio']);
  vi.advanceTimersByTime(300);
  expect(room.said).toEqual(['bob-audio off', 'bob-audio on']);
});

it('asks for the camera of whom the line held back as well, once it is known that it stalled', () => {
  room = new FakeRoom(['bob-audio', 'bob-video']);
  room.heldBack(['bob-audio'], ['bob-video']);
  expect(room.said).toEqual(['bob-audio off', 'bob-video off']);
  // He may have stood still himself: his camera has paused then.
  expect(room.tracks.get('bob-video')?.heldBack.isOwn).toBe(false);
});

it('asks for everybody anew when the server stood still, and has the connection made anew the next time', () => {
  room = new FakeRoom(['bob-audio']);
  room.heldBack(['audio', 'video', 'bob-audio']);
  expect([...room.tracks.values()].every(({ heldBack }) => heldBack.isOwn)).toBe(true);
  vi.advanceTimersByTime(300);
  for (const sid of ['audio', 'video', 'bob-audio']) room.resumed(sid);
  expect(room.said.filter((said) => said.endsWith('on'))).toHaveLength(3);
  room.heldBack(['audio', 'video', 'bob-audio']);
  vi.advanceTimersByTime(60_000);
  expect(room.said.filter((said) => said === 'stuck')).toHaveLength(1);
  expect([...room.tracks.values()].every(({ isRenewing }) => isRenewing)).toBe(true);
});

it('leaves out who is held back for the second time until the jitter buffer is short again, and keeps the room', () => {
  room = new FakeRoom(['bob-audio']);
  room.resumed('bob-audio');
  const track = room.tracks.get('bob-audio');
  const reads = (jitterBufferMs: number): void => {
    Object.assign(track ?? {}, { statistics: { jitterBufferMs } });
    vi.advanceTimersByTime(1_500);
    room.heldBack([]);
  };
  room.heldBack(['bob-audio']);
  // What came first was played out at once.
  reads(80);
  for (const ms of [900, 2_400, 1_800, 200]) reads(ms);
  expect(track?.isRenewing).toBe(true);
  expect(room.said).toEqual(['bob-audio late']);
  reads(90);
  expect(track?.isRenewing).toBe(false);
  expect(track?.heldBack.sinceUs).toBeNull();
  expect(room.said).toEqual(['bob-audio late', 'bob-audio caught up']);
});

it('keeps nothing of who is left out, and leaves', () => {
  room = new FakeRoom(['bob-audio']);
  room.resumed('bob-audio');
  room.heldBack(['bob-audio']);
  expect(room.renewal.continue(room.tracks.get('bob-audio'))).toBe(false);
  expect(room.said).toEqual(['bob-audio late']);
});

it('has more patience with a fresh stream when the room would be left for one', () => {
  room = new FakeRoom(['bob-audio']);
  room.heldBack(['bob-audio']);
  vi.advanceTimersByTime(4_900);
  expect(room.said).not.toContain('stuck');
  vi.advanceTimersByTime(200);
  expect(room.said).toContain('stuck');
});
