import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ManifestFile } from '#engine/contract/manifest.js';
import { profiles } from '#engine/contract/profile.js';
import type { LossGap } from '#engine/contract/stamps.js';
import { ClipCache } from '#engine/lab/clip/clip-cache.js';
import type { PublishedTrack, TrackToPublish } from '#engine/lab/rtp/rtp-publisher.js';
import { type Vp8Frame, Vp8Packetizer } from '#engine/lab/rtp/vp8-packetizer.js';
import { type EmbeddedServer, startLivekitServer } from '#engine/lab/server/livekit-server.js';
import { Recorder } from '#engine/recorder/recorder.js';
import { opusPackets, PacketPublisher, sendFrame } from '../../fixtures/packet-publisher.js';

const room = 'lost-packets';
const size = { width: 640, height: 360 };
const camera: TrackToPublish = { source: 'camera', codec: 'vp8', size, bitrateBps: 1_000_000 };
const maxPayloadBytes = 1_180;
const frameMs = 33;
/** When it happens, and how long the take goes on: the server's opinion of a connection takes ten seconds. */
const burst = { fromMs: 3_000, toMs: 4_200 } as const;
const takeMs = 17_500;

let server: EmbeddedServer;
let folder: string;
let clip: readonly Vp8Frame[];
const publishers: PacketPublisher[] = [];
/** Null before the take. */
let takeStartMs: number | null = null;

beforeAll(async () => {
  server = await startLivekitServer();
  folder = await mkdtemp(join(tmpdir(), 'plateau-lost-packets-'));
  const spec = { ...size, fps: 30, maxBitrateBps: 1_500_000, name: 'ADA', hue: 0.3, temporalLayers: 1 };
  const video = await new ClipCache().video({ ...spec, codec: 'vp8' });
  if (video.codec !== 'vp8') throw new TypeError('VP8 was asked for.');
  clip = video.frames;
});

afterAll(async () => {
  for (const publisher of publishers) await publisher.leave();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

function isIn(fromMs: number, toMs: number): boolean {
  const nowMs = takeStartMs === null ? -1 : performance.now() - takeStartMs;
  return nowMs >= fromMs && nowMs < toMs;
}
const isInBurst = (): boolean => isIn(burst.fromMs, burst.toMs);

async function enter(identity: string): Promise<PacketPublisher> {
  const publisher = await PacketPublisher.join(server, room, identity);
  publishers.push(publisher);
  return publisher;
}

/** A camera whose frames `send` sends. */
async function film(
  identity: string,
  send: (track: PublishedTrack, frame: Buffer[]) => unknown,
): Promise<void> {
  const packetizer = new Vp8Packetizer(1, 7);
  let next = 0;
  const publisher = await enter(identity);
  const track = await publisher.video(camera, frameMs, () => {
    const frame = clip[next % clip.length];
    next += 1;
    if (frame !== undefined) send(track, packetizer.packetize(frame, maxPayloadBytes));
    return null;
  });
}

let recorded: Promise<readonly ManifestFile[]> | null = null;

/** The take that the tests share. */
function take(): Promise<readonly ManifestFile[]> {
  recorded ??= recordAll();
  return recorded;
}

async function recordAll(): Promise<readonly ManifestFile[]> {
  const tone = await opusPackets('sine=frequency=440');
  await (await enter('burst')).microphone(tone, isInBurst);
  await (await enter('pausing')).microphone(tone, undefined, () => !isInBurst());
  // As an encoder sends silence: one packet of twenty.
  await (
    await enter('quiet')
  ).microphone(tone, undefined, (index) => index % 20 === 0 || !isIn(3_000, 8_000));
  const muting = await enter('muting');
  const muted = await muting.microphone(tone, undefined, () => !isIn(3_000, 6_000));
  await film('plain', sendFrame);
  await film('cut', (track, frame) => sendFrame(track, frame, isIn(3_000, 4_000) ? 'lost' : 'arrives'));
  await film('resent', (track, frame) => sendFrame(track, frame, isIn(3_000, 3_100) ? 'resent' : 'arrives'));
  await film('shuffled', (track, frame) => {
    const isShuffled = isIn(3_000, 8_000);
    const numbers = sendFrame(track, frame, isShuffled ? 'resent' : 'arrives');
    if (!isShuffled) return;
    // Each packet after the one that follows it, and each of them twice.
    for (let at = 0; at < numbers.length; at += 2) track.sender.resend(numbers.slice(at, at + 2).reverse());
    track.sender.resend(numbers);
  });

  const { url, apiKey, apiSecret } = server;
  const recorder = new Recorder();
  try {
    await recorder.connect(
      { url, room, credentials: { apiKey, apiSecret } },
      { participants: null, audioOnly: false },
    );
    await recorder.startTake({
      outputFolder: folder,
      profile: { ...profiles['720p30'], canvas: size },
      audioOnly: false,
      participants: null,
    });
    takeStartMs = performance.now();
    const after = async (ms: number): Promise<void> => {
      await expect
        .poll(() => recorder.snapshot().takeMs ?? 0, { timeout: 60_000 })
        .toBeGreaterThanOrEqual(ms);
    };
    await after(3_000);
    muting.setMuted(muted, true);
    await after(6_000);
    muting.setMuted(muted, false);
    await after(takeMs);
    const { files } = await recorder.stopTake();
    return files;
  } finally {
    await recorder.disconnect();
  }
}

async function fileOf(identity: string): Promise<ManifestFile> {
  const found = (await take()).find((file) => file.identity === identity);
  if (found === undefined) throw new Error(`there is no file of ${identity}`);
  return found;
}

/** Stretches of it in which something is missing, around the burst. */
async function gapsOf(identity: string): Promise<readonly LossGap[]> {
  const { gaps = [] } = await fileOf(identity);
  return gaps.filter(
    ({ atMs, durationMs }) => atMs < 8_500 && atMs + durationMs > 2_500 && durationMs >= 500,
  );
}

describe('60 packets of a microphone that are lost at once', () => {
  it('are missing, where and for as long as nothing came', async () => {
    const lengthMs = burst.toMs - burst.fromMs;
    const [gap, ...others] = await gapsOf('burst');
    expect(others).toEqual([]);
    expect(gap).toMatchObject({ stream: 'audio', cause: 'neverArrived' });
    // A busy machine sends, and reads the figures, a while later.
    expect(Math.abs((gap?.durationMs ?? 0) - lengthMs)).toBeLessThan(300);
    expect(Math.abs((gap?.atMs ?? 0) - burst.fromMs)).toBeLessThan(800);
    const { audioConcealedMs = 0, audioLostMs = 0, stamps } = await fileOf('burst');
    expect(audioConcealedMs).toBeGreaterThanOrEqual((gap?.durationMs ?? Infinity) - 1);
    expect(audioLostMs).toBeGreaterThanOrEqual(audioConcealedMs);
    expect(stamps?.complete).toMatchObject({ isEarned: false, grade: 'losses' });
  });

  it.each([
    ['pausing', 'a sender that pauses for as long'],
    ['quiet', 'silence that is not transmitted'],
    ['muting', 'a microphone that is muted'],
  ])('are not taken for %s: %s', async (identity) => {
    expect(await gapsOf(identity)).toEqual([]);
    expect((await fileOf(identity)).audioConcealedMs).toBeLessThan(500);
  });
});

describe('packets of a camera', () => {
  it('that are lost for a second are missing, until there is a picture again', async () => {
    const gaps = await gapsOf('cut');
    expect(gaps.map(({ stream }) => stream)).toContain('video');
    const { missedFrames, stamps } = await fileOf('cut');
    expect(missedFrames).toBeGreaterThan(20);
    expect(stamps?.complete).toMatchObject({ isEarned: false, grade: 'losses' });
  });

  it.each([
    ['resent', 'that are sent again'],
    ['shuffled', 'that come in another order, and twice'],
  ])('%s: %s are not missing', async (identity) => {
    const { missedFrames, video } = await fileOf(identity);
    expect(video.received).toBeGreaterThan(300);
    // What a busy machine loses, it loses of all of them. A picture that stands still for a second is 30.
    const { missedFrames: ownMissed } = await fileOf('plain');
    expect(missedFrames - ownMissed).toBeLessThan(20);
  });
});
