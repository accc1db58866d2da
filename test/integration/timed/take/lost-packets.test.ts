import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { ManifestFile } from '#engine/contract/manifest.js';
import { profiles } from '#engine/contract/profile.js';
import type { LossGap } from '#engine/contract/stamps.js';
import { ClipCache } from '#engine/lab/clip/clip-cache.js';
import type { PublishedTrack, TrackToPublish } from '#engine/lab/rtp/rtp-publisher.js';
import { type Vp8Frame, Vp8Packetizer } from '#engine/lab/rtp/vp8-packetizer.js';
import { type EmbeddedServer, startLivekitServer } from '#engine/lab/server/livekit-server.js';
import { Recorder } from '#engine/recorder/recorder.js';
import { othersShareBetween, overloadReason, readCpu } from '../../../fixtures/machine-load.js';
import { opusPackets, PacketPublisher, sendFrame } from '../../../fixtures/packet-publisher.js';
import { SharedTake, timedTest } from '../../../fixtures/timed-test.js';

const room = 'lost-packets';
const size = { width: 640, height: 360 };
const camera: TrackToPublish = { source: 'camera', codec: 'vp8', size, bitrateBps: 1_000_000 };
const maxPayloadBytes = 1_180;
const frameMs = 33;
/**
 * When it happens, and how long the take goes on: the server's opinion of a connection is waited for twelve seconds, WebRTC is
 * asked once a second before and after, and what has no opinion by the end is taken for lost.
 */
const burst = { fromMs: 3_000, toMs: 4_200 } as const;
const takeMs = 20_000;
/** A jitter buffer that keeps more than 150 ms is followed by what WebRTC counts. */
const unevenMs = 240;

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

interface LossyTake {
  readonly files: readonly ManifestFile[];
  /** How often the sound of the uneven microphone was moved. */
  readonly corrections: number;
  readonly overload: string | null;
}

/** How late this process was while it recorded. */
const delay = monitorEventLoopDelay({ resolution: 10 });
/** Publishers and recorder are in this process: while it stands still, all of them pause. In milliseconds. */
const longestLateMs = 150;

/** The take that the tests share. */
const shared = new SharedTake<LossyTake>(async () => {
  takeStartMs = null;
  const before = await readCpu();
  const recorded = await recordAll();
  const loopLateMs = delay.max / 1e6;
  const othersShare = othersShareBetween(before, await readCpu());
  const lateSlots = loopLateMs > longestLateMs ? 1 : 0;
  const lateness = { slots: 1, lateSlots, droppedSlots: 0, maxLateMs: loopLateMs };
  return { ...recorded, overload: overloadReason({ publishers: lateness, othersShare, loopLateMs }) };
});

async function recordAll(): Promise<Omit<LossyTake, 'overload'>> {
  const tone = await opusPackets('sine=frequency=440');
  await (await enter('burst')).microphone(tone, isInBurst);
  await (await enter('pausing')).microphone(tone, undefined, () => !isInBurst());
  // As an encoder sends silence: one packet of twenty.
  await (
    await enter('quiet')
  ).microphone(tone, undefined, (index) => index % 20 === 0 || !isIn(3_000, 8_000));
  // Over a line that delivers in bursts, for which the jitter buffer grows, and then as an encoder sends silence.
  await (
    await enter('uneven')
  ).microphone(
    tone,
    undefined,
    (index) => index % 20 === 0 || !isIn(3_000, 8_000),
    () => (takeStartMs === null || isIn(0, 3_000) ? unevenMs : 0),
  );
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
    delay.reset();
    delay.enable();
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
    delay.disable();
    const uneven = recorder.snapshot().sinks.find(({ identity }) => identity === 'uneven');
    const { files } = await recorder.stopTake();
    return { files, corrections: uneven?.audio.corrections ?? Infinity };
  } finally {
    await recorder.disconnect();
    for (const publisher of publishers.splice(0)) await publisher.leave();
  }
}

function fileOf({ files }: LossyTake, identity: string): ManifestFile {
  const found = files.find((file) => file.identity === identity);
  if (found === undefined) throw new Error(`there is no file of ${identity}`);
  return found;
}

/** Stretches of it in which something is missing, around the burst. */
function gapsOf(take: LossyTake, identity: string): readonly LossGap[] {
  const { gaps = [] } = fileOf(take, identity);
  return gaps.filter(
    ({ atMs, durationMs }) => atMs < 8_500 && atMs + durationMs > 2_500 && durationMs >= 500,
  );
}

describe('60 packets of a microphone that are lost at once', () => {
  timedTest('are missing, where and for as long as nothing came', shared, (take) => {
    const lengthMs = burst.toMs - burst.fromMs;
    const [gap, ...others] = gapsOf(take, 'burst');
    expect(others).toEqual([]);
    expect(gap).toMatchObject({ stream: 'audio', cause: 'neverArrived' });
    // A busy machine sends, and reads the figures, a while later.
    expect(Math.abs((gap?.durationMs ?? 0) - lengthMs)).toBeLessThan(300);
    expect(Math.abs((gap?.atMs ?? 0) - burst.fromMs)).toBeLessThan(800);
    const { audioConcealedMs = 0, audioLostMs = 0, stamps } = fileOf(take, 'burst');
    expect(audioConcealedMs).toBeGreaterThanOrEqual((gap?.durationMs ?? Infinity) - 1);
    expect(audioLostMs).toBeGreaterThanOrEqual(audioConcealedMs);
    expect(stamps?.complete).toMatchObject({ isEarned: false, grade: 'losses' });
  });

  for (const [identity, what] of [
    ['pausing', 'a sender that pauses for as long'],
    ['quiet', 'silence that is not transmitted'],
    ['muting', 'a microphone that is muted'],
    ['uneven', 'silence that is not transmitted behind a line that delivered in bursts'],
  ] as const) {
    timedTest(`are not taken for ${identity}: ${what}`, shared, (take) => {
      expect(gapsOf(take, identity)).toEqual([]);
      expect(fileOf(take, identity).audioConcealedMs).toBeLessThan(500);
    });
  }
});

timedTest('silence that is not transmitted moves no sound, however much the buffer holds', shared, (take) => {
  // 306 to 352 of them, and up to 0.6 s of it lost, when what is made up for it was taken for a delay.
  expect(take.corrections).toBeLessThan(100);
  expect(fileOf(take, 'uneven').audioLostMs ?? 0).toBeLessThan(100);
});

describe('packets of a camera', () => {
  timedTest('that are lost for a second are missing, until there is a picture again', shared, (take) => {
    const gaps = gapsOf(take, 'cut');
    expect(gaps.map(({ stream }) => stream)).toContain('video');
    const { missedFrames, stamps } = fileOf(take, 'cut');
    expect(missedFrames).toBeGreaterThan(20);
    expect(stamps?.complete).toMatchObject({ isEarned: false, grade: 'losses' });
  });

  for (const [identity, what] of [
    ['resent', 'that are sent again'],
    ['shuffled', 'that come in another order, and twice'],
  ] as const) {
    timedTest(`${identity}: ${what} are not missing`, shared, (take) => {
      const { missedFrames, video } = fileOf(take, identity);
      expect(video.received).toBeGreaterThan(300);
      // What a busy machine loses, it loses of all of them. A picture that stands still for a second is 30.
      const { missedFrames: ownMissed } = fileOf(take, 'plain');
      expect(missedFrames - ownMissed).toBeLessThan(20);
    });
  }
});
