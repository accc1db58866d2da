import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { RoomMonitor } from '../../../src-main/console/room-monitor.js';
import type { Thumbnail } from '../../../src-main/contract/media-events.js';
import type { PublicationInfo } from '../../../src-main/livekit/publication-info.js';
import type { VideoFrame } from '../../../src-main/pipeline/video-frame.js';

let thumbnails: Thumbnail[];
let monitor: RoomMonitor;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  thumbnails = [];
  monitor = new RoomMonitor((thumbnail) => thumbnails.push(thumbnail));
  monitor.isWatched = true;
});

afterEach(() => {
  vi.useRealTimers();
});

function info(trackSid: string, kind: 'video' | 'audio'): PublicationInfo {
  const role = kind === 'video' ? 'camera' : 'microphone';
  return { trackSid, identity: 'ada', kind, role } as PublicationInfo;
}

/** As wide as it is told, so that a thumbnail says whose it is. */
function frame(width: number): VideoFrame {
  const i420 = new Uint8Array((width * 16 * 3) / 2);
  return {
    ...{ width, height: 16, rotationDegrees: 0, timestampUs: 1, arrivalUs: 1, byteLength: i420.length },
    copyI420: () => i420,
    dispose: () => undefined,
  };
}

function pcm(amplitude: number): Uint8Array {
  return new Uint8Array(new Int16Array(960).fill(amplitude).buffer);
}

it('shows one of two cameras, and the other one when that ends', () => {
  const [first, second] = [monitor.of(info('TR_1', 'video')), monitor.of(info('TR_2', 'video'))];
  for (let count = 0; count < 4; count += 1) {
    vi.advanceTimersByTime(1_000);
    first.onVideoFrame(frame(32));
    second.onVideoFrame(frame(64));
  }
  expect(new Set(thumbnails.map(({ width }) => width))).toEqual(new Set([thumbnails[0]?.width]));
  thumbnails.length = 0;
  for (let count = 0; count < 5; count += 1) {
    vi.advanceTimersByTime(1_000);
    second.onVideoFrame(frame(64));
  }
  expect(thumbnails.length).toBeGreaterThanOrEqual(2);
});

it('meters the loudest of two microphones, and goes on when the newer one ends', () => {
  const [first, second] = [monitor.of(info('TR_1', 'audio')), monitor.of(info('TR_2', 'audio'))];
  first.onPcm(pcm(16_384));
  second.onPcm(pcm(1_000));
  expect(monitor.drainLevels()).toMatchObject([
    { identity: 'ada', peakDbfs: expect.closeTo(-6, 0) as number },
  ]);
  first.onPcm(pcm(16_384));
  expect(monitor.drainLevels()).toMatchObject([{ peakDbfs: expect.closeTo(-6, 0) as number }]);
  expect(monitor.drainLevels()).toEqual([]);
});
