import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { RoomMonitor } from '../../../src-main/console/room-monitor.js';
import type { HeardAudio } from '../../../src-main/contract/media-events.js';
import type { PublicationInfo } from '../../../src-main/livekit/publication-info.js';

const ada = { identity: 'ada', kind: 'participant' } as const;
const fromNow = { ...ada, after: null };

let monitor: RoomMonitor;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
  monitor = new RoomMonitor(() => undefined);
  monitor.isWatched = true;
});

afterEach(() => {
  vi.useRealTimers();
});

/** Says so many pieces of 10 ms, stereo, each sample the number of its piece and up. */
function microphone(identity: string, trackSid = `TR_${identity}`): (level: number, pieces?: number) => void {
  const info = { trackSid, identity, kind: 'audio', role: 'microphone' };
  const track = monitor.of(info as PublicationInfo);
  return (level, pieces = 1) => {
    for (let piece = 0; piece < pieces; piece += 1) {
      vi.advanceTimersByTime(10);
      // Left and right are mixed: the mean of them is the level.
      const pcm = Int16Array.from({ length: 960 }, (_, at) => (at % 2 === 0 ? 2 * level : 0));
      track.onPcm(new Uint8Array(pcm.buffer));
    }
  };
}

function samplesOf(heard: HeardAudio | null): number[] {
  if (heard === null) return [];
  const bytes = Buffer.from(heard.pcm, 'base64');
  return Array.from({ length: bytes.length / 2 }, (_, at) => bytes.readInt16LE(2 * at));
}

it('gives each piece from where the one before has ended, mixed to mono, without a hole', async () => {
  const says = microphone('ada');
  says(1, 5);
  const first = monitor.solo.next(fromNow);
  says(100, 4);
  const heard = await first;
  expect(samplesOf(heard)).toEqual(Array(1920).fill(100));
  expect(heard).toMatchObject({ droppedSamples: 0, end: 1920 });
  says(-200, 2);
  const second = monitor.solo.next({ ...ada, after: heard?.end ?? 0 });
  says(300, 2);
  const next = await second;
  expect(samplesOf(next)).toEqual([...Array<number>(960).fill(-200), ...Array<number>(960).fill(300)]);
  expect(next?.end).toBe(3840);
});

it('keeps half a second for whoever is behind, and counts what it left out', async () => {
  const says = microphone('ada');
  const first = monitor.solo.next(fromNow);
  says(1, 4);
  const { end = 0 } = (await first) ?? {};
  says(2, 100);
  const late = await monitor.solo.next({ ...ada, after: end });
  expect(samplesOf(late)).toHaveLength(24_000);
  expect(late).toMatchObject({ droppedSamples: 24_000, end: end + 48_000 });
});

it('is forgotten when nobody asks any more, and begins anew', async () => {
  const says = microphone('ada');
  const first = monitor.solo.next(fromNow);
  says(1, 4);
  const { end = 0 } = (await first) ?? {};
  says(2, 200);
  const again = monitor.solo.next({ ...ada, after: end });
  says(3, 4);
  // What was said while nobody listened was not kept.
  expect(samplesOf(await again)).toEqual(Array(1920).fill(3));
});

it('answers with nothing in a silence, for whoever is not there, and when the room is left', async () => {
  expect(await monitor.solo.next(fromNow)).toBeNull();
  const says = microphone('ada');
  const silent = monitor.solo.next(fromNow);
  says(1, 3);
  await vi.advanceTimersByTimeAsync(500);
  expect(await silent).toBeNull();
  const left = monitor.solo.next(fromNow);
  monitor.clear();
  expect(await left).toBeNull();
  expect(vi.getTimerCount()).toBe(0);
});

it('plays one of two microphones, and the other one when that has ended', async () => {
  const [one, other] = [microphone('ada', 'TR_1'), microphone('ada', 'TR_2')];
  const first = monitor.solo.next(fromNow);
  for (let piece = 0; piece < 4; piece += 1) {
    one(10);
    other(20);
  }
  const heard = await first;
  expect(new Set(samplesOf(heard))).toEqual(new Set([10]));
  other(20, 40);
  expect(samplesOf(await monitor.solo.next({ ...ada, after: heard?.end ?? 0 }))).toContain(20);
});

it('keeps no more than four people at once', async () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  for (const name of names) microphone(name);
  const answers = names.map((identity) => {
    vi.advanceTimersByTime(1);
    return monitor.solo.next({ identity, kind: 'participant', after: null });
  });
  expect(await answers[0]).toBeNull();
  expect(vi.getTimerCount()).toBe(4);
});
