import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { LivePreview } from '../../../src-main/console/live-preview.js';
import { RoomMonitor } from '../../../src-main/console/room-monitor.js';
import type { LiveImage, Thumbnail } from '../../../src-main/contract/media-events.js';
import type { PublicationInfo } from '../../../src-main/livekit/publication-info.js';
import type { VideoFrame } from '../../../src-main/pipeline/video-frame.js';

const ada = { identity: 'ada', kind: 'participant' } as const;

let thumbnails: Thumbnail[];
let monitor: RoomMonitor;
let copies: number;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
  thumbnails = [];
  copies = 0;
  monitor = new RoomMonitor((thumbnail) => thumbnails.push(thumbnail));
  monitor.isWatched = true;
});

afterEach(() => {
  vi.useRealTimers();
});

function camera(identity: string): (luma: number) => void {
  const info = { trackSid: `TR_${identity}`, identity, kind: 'video', role: 'camera' };
  const track = monitor.of(info as PublicationInfo);
  return (luma) => {
    const frame: VideoFrame = {
      ...{ width: 16, height: 16, rotationDegrees: 0, timestampUs: 1, arrivalUs: 1, byteLength: 384 },
      copyI420: () => {
        copies += 1;
        return new Uint8Array(384).fill(luma);
      },
      dispose: () => undefined,
    };
    track.onVideoFrame(frame);
  };
}

function lumaOf(image: LiveImage | null): number | undefined {
  return image === null ? undefined : Buffer.from(image.i420, 'base64')[0];
}

/** Asks again at once whenever there is an answer, as a window does. */
function keepAsking(answers: (LiveImage | null)[], times: number): void {
  if (times === 0) return;
  void monitor.live.next(ada).then((image) => {
    answers.push(image);
    keepAsking(answers, times - 1);
  });
}

it('answers whoever asks with the next frame, ten times a second at most, and thumbnails stay as they are', async () => {
  const show = camera('ada');
  show(1);
  const answers: (LiveImage | null)[] = [];
  keepAsking(answers, 100);
  // Three seconds of 30 fps.
  for (let frame = 0; frame < 90; frame += 1) {
    await vi.advanceTimersByTimeAsync(1000 / 30);
    show(frame + 2);
  }
  await vi.advanceTimersByTimeAsync(0);
  expect(answers.length).toBeGreaterThanOrEqual(29);
  expect(answers.length).toBeLessThanOrEqual(31);
  expect(lumaOf(answers.at(-1) ?? null)).toBeGreaterThan(85);
  expect(answers.at(-1)).toMatchObject({ width: 16, height: 16 });
  expect(thumbnails.length).toBeGreaterThanOrEqual(3);
  expect(thumbnails.length).toBeLessThanOrEqual(4);
});

it('copies nothing for whoever does not ask, and one frame for two who do', async () => {
  const show = camera('ada');
  show(1);
  const before = copies;
  for (let frame = 0; frame < 20; frame += 1) {
    vi.advanceTimersByTime(33);
    show(2);
  }
  expect(copies - before).toBe(0);
  const both = [monitor.live.next(ada), monitor.live.next(ada)];
  show(77);
  expect((await Promise.all(both)).map(lumaOf)).toEqual([77, 77]);
  expect(copies - before).toBe(1);
});

it('answers with nothing when no frame comes, when nobody is there, and when the room is left', async () => {
  expect(await monitor.live.next(ada)).toBeNull();
  const show = camera('ada');
  const first = monitor.live.next(ada);
  show(1);
  expect(lumaOf(await first)).toBe(1);
  const frozen = monitor.live.next(ada);
  camera('ben')(50);
  await vi.advanceTimersByTimeAsync(499);
  expect(await Promise.race([frozen, Promise.resolve('still waiting')])).toBe('still waiting');
  await vi.advanceTimersByTimeAsync(1);
  expect(await frozen).toBeNull();
  const left = monitor.live.next(ada);
  monitor.clear();
  expect(await left).toBeNull();
  expect(await monitor.live.next(ada)).toBeNull();
  expect(vi.getTimerCount()).toBe(0);
});

it('keeps no more than 64 who wait', async () => {
  const live = new LivePreview(() => true);
  const answers = Array.from({ length: 70 }, () => live.next(ada));
  const atOnce = await Promise.all(answers.slice(64));
  expect(atOnce).toEqual(Array(6).fill(null));
  expect(vi.getTimerCount()).toBe(64);
  live.clear();
  expect(await Promise.all(answers)).toEqual(Array(70).fill(null));
});
