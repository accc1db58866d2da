import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FrameReader, type FrameReading } from '#engine/lab/content/content-box.js';
import { counterStatistics } from '#engine/lab/content/content-statistics.js';
import { startSyntheticRoom, type SyntheticRoom } from '#engine/lab/room/synthetic-room.js';
import { type EmbeddedServer, startLivekitServer } from '#engine/lab/server/livekit-server.js';
import { mintRecorderToken } from '#engine/livekit/connect/access-token.js';
import type { SubscribedTrack } from '#engine/livekit/remote-track.js';
import type { RoomListener } from '#engine/livekit/room-listener.js';
import { RoomSession } from '#engine/livekit/room-session.js';
import type { VideoFrame } from '#engine/pipeline/video-frame.js';
import { partialListener } from '../../../fixtures/partial-listener.js';

const roomName = 'synthetic';
const landscape = { width: 640, height: 360 };
const portrait = { width: 360, height: 640 };

interface Received extends FrameReading {
  readonly width: number;
  readonly height: number;
}

let server: EmbeddedServer;
let synthetic: SyntheticRoom;
let subscriber: RoomSession;
let received: Received[] = [];
let onFrame: (() => void) | undefined;
let onMuted: (() => void) | undefined;

/** So many wait here while the machine does other work: what is missing was lost at the source. */
const queuedFrames = 150;
/** No stream is closed for it. */
const patientMs = 60_000;

/** Reads the frames of a track, and gives them back. */
function readFrames(track: SubscribedTrack): void {
  const reader = new FrameReader([landscape, portrait], landscape);
  const portraitReader = new FrameReader([portrait], portrait);
  const read = ({ height, width }: VideoFrame, pixels: Uint8Array): void => {
    // The tiny black frames at the end of a publication.
    if (width < 16) return;
    received.push({
      width,
      height,
      ...(height > width ? portraitReader : reader).read({ width, height, pixels }),
    });
    onFrame?.();
  };
  track.receiveVideo({
    onStreamStarted: () => undefined,
    onStreamEnded: () => undefined,
    onVideoFrame: (frame) => {
      read(frame, frame.copyI420());
      frame.dispose();
    },
  });
}

function subscribe(): RoomSession {
  const { apiKey, apiSecret, url } = server;
  const listener: Partial<RoomListener> = {
    onTrackSubscribed: readFrames,
    onTrackMuted: (_track, isMuted) => {
      if (isMuted) onMuted?.();
    },
  };
  return new RoomSession({
    url,
    token: () => mintRecorderToken({ apiKey, apiSecret, room: roomName, identity: 'subscriber' }),
    queueSizes: { videoFrames: queuedFrames, audioFrames: 1 },
    pcm: { sampleRateHz: 48_000, channels: 2, frameMs: 10 },
    loopLateAfterMs: { video: patientMs, audio: patientMs },
    isArmed: ({ kind }) => kind === 'video',
    listener: partialListener(listener),
  });
}

/** The publishers of a busy machine leave some out. */
function lossAllowance(frames: readonly Received[]): number {
  return Math.ceil(frames.length * 0.05);
}

/** Resolves as soon as what was received so far satisfies the condition. */
function untilReceived(condition: (frames: readonly Received[]) => boolean): Promise<void> {
  return new Promise((resolve) => {
    onFrame = () => {
      if (!condition(received)) return;
      onFrame = undefined;
      resolve();
    };
    onFrame();
  });
}

describe.each(['libwebrtc', 'clip'] as const)('a synthetic room of %s people', (publisher) => {
  beforeAll(async () => {
    received = [];
    server = await startLivekitServer();
    synthetic = await startSyntheticRoom({
      ...{ url: server.url, apiKey: server.apiKey, apiSecret: server.apiSecret, room: roomName },
      participants: [
        { identity: 'ada', name: 'Ada', publisher, camera: { ...landscape, fps: 30 } },
        { identity: 'bob', publisher, microphone: true, isolated: true, joinAtMs: null },
      ],
    });
    subscriber = subscribe();
    await subscriber.connect();
  });

  afterAll(async () => {
    await subscriber.close();
    await synthetic.stop();
    await server.stop();
  });

  it('publishes readable, consecutive counters and a flash', async () => {
    await untilReceived((frames) => frames.length >= 60 && frames.some(({ isFlash }) => isFlash));
    expect(received.every(({ counter }) => counter !== null)).toBe(true);
    const counters = counterStatistics(received.map(({ counter }) => counter));
    expect(counters).toMatchObject({ duplicated: [], backwards: [] });
    expect(counters.missing.length).toBeLessThanOrEqual(lossAllowance(received));
  });

  it('tells what its encoder sent', async () => {
    const { participants } = await synthetic.measure();
    const ada = participants.find(({ identity }) => identity === 'ada');
    expect(ada?.framesSent).toBeGreaterThanOrEqual(60);
    expect(ada?.framesCaptured).toBeGreaterThanOrEqual(ada?.framesSent ?? Number.NaN);
  });

  it('changes size and orientation on the same track and goes on counting', async () => {
    await synthetic.command('ada', { type: 'resize', ...portrait });
    await untilReceived((frames) => frames.filter(({ height }) => height === portrait.height).length >= 10);
    await synthetic.command('ada', { type: 'resize', ...landscape });
    const before = received.length;
    await untilReceived((frames) => frames.slice(before).some(({ height }) => height === landscape.height));
    const counters = counterStatistics(received.map(({ counter }) => counter));
    expect(counters.missing.length).toBeLessThanOrEqual(lossAllowance(received));
  });

  it('mutes and unmutes as a client does, the counter standing still meanwhile', async () => {
    const muted = new Promise<void>((resolve) => {
      onMuted = resolve;
    });
    await synthetic.command('ada', { type: 'cameraOff' });
    await muted;
    const before = received.length;
    await synthetic.command('ada', { type: 'cameraOn' });
    await untilReceived((frames) => frames.length >= before + 10);
    const counters = counterStatistics(received.map(({ counter }) => counter));
    expect(counters.missing.length).toBeLessThanOrEqual(lossAllowance(received));
  });

  it('lets an isolated participant crash without touching the others', async () => {
    await synthetic.command('bob', { type: 'join' });
    const effect = await synthetic.command('bob', { type: 'crash' });
    expect(effect.action.type).toBe('crash');
    await expect(synthetic.command('bob', { type: 'leave' })).rejects.toMatchObject({ code: 'internal' });
    const before = received.length;
    await untilReceived((frames) => frames.length >= before + 5);
  });

  it('says which action did not fit', async () => {
    await expect(synthetic.command('ada', { type: 'startScreenShare' })).rejects.toMatchObject({
      message: expect.stringContaining('no screen to share') as string,
    });
    await expect(synthetic.command('ada', { type: 'crash' })).rejects.toThrow(TypeError);
  });
});
