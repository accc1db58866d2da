import { beforeEach, expect, it } from 'vitest';
import { PartingTracks } from '../../../src-main/livekit/parting-tracks.js';

type Parted = NonNullable<ReturnType<PartingTracks['find']>>;

/** A subscribed track as WebRTC has counted it. */
class Track {
  readonly info = { trackSid: 'TR_1' };
  readonly counters = { isGone: false };
  statistics: { receiverId: string } | null = { receiverId: '1 TR_1' };
  readonly calls: string[] = [];

  close(): Promise<void> {
    this.calls.push('close');
    return Promise.resolve();
  }

  monitor(): void {
    this.calls.push('monitor');
  }

  stopReceiving(): void {
    this.calls.push('stop');
  }

  refreshStatistics(): void {
    this.calls.push('count');
  }
}

/** As far as it is one. */
function asParted(track: Track): Parted {
  const parted: unknown = track;
  return parted as Parted;
}

let parting: PartingTracks;
let track: Track;
let nowMs: number;

beforeEach(() => {
  parting = new PartingTracks((thrown) => {
    throw thrown;
  });
  track = new Track();
  nowMs = 0;
});

/** Five looks a second, for so long. */
function look(ms: number, received: readonly Track[] = []): boolean {
  for (const untilMs = nowMs + ms; nowMs < untilMs; nowMs += 200)
    if (parting.hasReturned(received.map(asParted), nowMs)) return true;
  return false;
}

it('closes what has ended, and at last what was taken', async () => {
  parting.part(asParted(track), false);
  expect(track.calls).toEqual(['close']);
  const taken = new Track();
  parting.part(asParted(taken), true);
  parting.refreshStatistics(false);
  expect(taken.calls).toEqual(['stop', 'monitor', 'count']);
  expect(parting.find('TR_1')).toBe(taken);
  await parting.closed();
  parting.refreshStatistics(false);
  expect(taken.calls.slice(3)).toEqual(['close']);
});

it('finds a track that was taken and is received again, though the SDK has not named it', () => {
  parting.part(asParted(track), true);
  // Its last counts are from before it was taken.
  expect(look(3_000)).toBe(false);
  track.counters.isGone = true;
  expect(look(3_000)).toBe(false);
  track.counters.isGone = false;
  expect(look(1_200)).toBe(false);
  expect(look(400)).toBe(true);
});

it('says nothing where the SDK has named it by then, or its receiver is another one’s', () => {
  parting.part(asParted(track), true);
  track.counters.isGone = true;
  look(400);
  track.counters.isGone = false;
  const newcomer = new Track();
  expect(look(5_000, [newcomer])).toBe(false);
  newcomer.statistics = { receiverId: '2 TR_2' };
  expect(look(1_000, [newcomer])).toBe(false);
  parting.forget('TR_1');
  expect(track.calls).toContain('close');
  expect(look(5_000, [newcomer])).toBe(false);
});
