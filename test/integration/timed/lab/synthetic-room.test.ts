import {
  type RemoteTrack,
  Room,
  RoomEvent,
  TrackKind,
  VideoBufferType,
  VideoStream,
} from '@livekit/rtc-node';
import { AccessToken } from 'livekit-server-sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FrameReader, type FrameReading } from '#engine/lab/content/content-box.js';
import { counterStatistics } from '#engine/lab/content/content-statistics.js';
import { startSyntheticRoom, type SyntheticRoom } from '#engine/lab/room/synthetic-room.js';
import { type EmbeddedServer, startLivekitServer } from '#engine/lab/server/livekit-server.js';

const roomName = 'synthetic';
const landscape = { width: 640, height: 360 };
const portrait = { width: 360, height: 640 };

interface Received extends FrameReading {
  readonly width: number;
  readonly height: number;
}

let server: EmbeddedServer;
let synthetic: SyntheticRoom;
let subscriber: Room;
let received: Received[] = [];
let onFrame: (() => void) | undefined;

async function readFrames(track: RemoteTrack): Promise<void> {
  const reader = new FrameReader([landscape, portrait], landscape);
  const portraitReader = new FrameReader([portrait], portrait);
  for await (const { frame } of new VideoStream(track)) {
    const { width, height, data, type } = frame;
    if (type !== VideoBufferType.I420) throw new TypeError('The stream gives I420.');
    // The tiny black frames at the end of a publication.
    if (width < 16) continue;
    const grey = { width, height, pixels: data };
    received.push({ width, height, ...(height > width ? portraitReader : reader).read(grey) });
    onFrame?.();
  }
}

/** rtc-node's plain VideoStream holds a single frame: a busy machine loses some here, not at the source. */
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
    const token = new AccessToken(server.apiKey, server.apiSecret, { identity: 'subscriber' });
    token.addGrant({ roomJoin: true, room: roomName, canPublish: false, hidden: true });
    subscriber = new Room();
    subscriber.on(RoomEvent.TrackSubscribed, (track) => {
      if (track.kind === TrackKind.KIND_VIDEO) void readFrames(track);
    });
    await subscriber.connect(server.url, await token.toJwt(), { autoSubscribe: true, dynacast: false });
  });

  afterAll(async () => {
    await subscriber.disconnect();
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
    const muted = new Promise((resolve) => subscriber.once(RoomEvent.TrackMuted, resolve));
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
