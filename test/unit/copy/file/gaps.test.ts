import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FrameDecryption } from '#engine/copy/contract.js';
import { PacketFeed, packetize, plainPicture, vp8Frame } from '../../../fixtures/copy-packets.js';
import { audioOf, type GapFile, gapFile, originMs, tone } from '../../../fixtures/gap-file.js';
import { blocksOf } from '../../../fixtures/matroska-blocks.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-gaps-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Encrypted are the frames that end with a one; nobody has a key for them. */
const decryption: FrameDecryption = {
  ownPart: (frame) => frame,
  decrypt: (frame) => (frame.at(-1) === 1 ? null : frame),
};

const recorded = (make?: () => Promise<Buffer | null>, decrypts?: FrameDecryption): Promise<GapFile> =>
  gapFile(folder, make, decrypts);

describe('a loss of video', () => {
  it('is a gap from the picture before to the one that can be shown again, with its frames', async () => {
    const { file, gaps, picture, video } = await recorded();
    picture(true, 0);
    for (let ms = 40; ms <= 1_000; ms += 40) picture(false, ms);
    // One picture of which nothing comes, and four that build on it.
    video.lose(3);
    for (let ms = 1_080; ms <= 1_200; ms += 40) picture(false, ms);
    picture(true, 1_240);
    picture(false, 1_280);
    await file.finish(2_000);
    expect(gaps).toEqual([
      expect.objectContaining({ stream: 'video', atMs: 1_000, durationMs: 240, lostFrames: 5 }),
    ]);
    const { frames, video: line } = file.counts;
    expect(line.missed).toBe(1);
    expect(frames.video.dropped).toMatchObject({ awaitingKey: 4, beforeFirstKey: 0 });
    expect(line.longestStepMs).toBe(240);
  });

  it('is a gap as well where its pictures are of a codec that the file cannot hold, as long as they come', async () => {
    const { file, gaps, picture, videoSink } = await recorded();
    picture(true, 0);
    for (let ms = 40; ms <= 1_000; ms += 40) picture(false, ms);
    const h264 = new PacketFeed(videoSink, 'h264');
    const other = (ms: number): void => {
      const packets = packetize('h264', plainPicture('h264', true));
      h264.picture(packets, (originMs + ms) * 90, { arrivedMs: originMs + ms });
    };
    for (let ms = 1_500; ms <= 1_900; ms += 100) other(ms);
    // Whoever publishes goes back to the first codec.
    picture(true, 2_000);
    picture(false, 2_040);
    for (let ms = 2_500; ms <= 2_700; ms += 100) other(ms);
    await file.finish(3_000);
    const refused = { stream: 'video', isUndecrypted: false, isRefused: true };
    expect(gaps).toEqual([
      { ...refused, atMs: 1_500, durationMs: 500, dueFrames: 0, lostFrames: 5 },
      { ...refused, atMs: 2_500, durationMs: 500, dueFrames: 0, lostFrames: 3 },
    ]);
    expect(file.counts.video).toMatchObject({ dropped: { otherCodec: 8 }, missed: 0 });
  });

  it('before the first picture is none of the file', async () => {
    const { file, gaps, picture, video } = await recorded();
    picture(false, 0);
    video.lose();
    picture(false, 80);
    picture(true, 120);
    picture(false, 160);
    await file.finish(1_000);
    expect(gaps).toEqual([]);
    expect(file.counts.frames.video.dropped).toMatchObject({ beforeFirstKey: 2, awaitingKey: 0 });
    expect(file.counts.video.missed).toBe(0);
  });
});

describe('a loss of audio', () => {
  it('is as long as what the lost packets held, at its place', async () => {
    const { audio, file, gaps, sound } = await recorded();
    for (let ms = 0; ms < 200; ms += 20) sound(ms);
    audio.lose(2);
    for (let ms = 240; ms < 400; ms += 20) sound(ms);
    await file.finish(400);
    expect(gaps).toEqual([
      expect.objectContaining({ stream: 'audio', atMs: 200, durationMs: 40, lostFrames: null }),
    ]);
    expect(file.counts.audio).toMatchObject({ lostMs: 40, filledMs: 40, writtenMs: 360 });
  });

  it('is not what a microphone never sent', async () => {
    const { audio, file, gaps, sound } = await recorded();
    sound(0);
    // Silence that is not sent leaves no hole in the numbers.
    sound(600);
    expect(gaps).toEqual([]);
    audio.lose();
    sound(1_200);
    await file.finish(1_220);
    expect(gaps).toEqual([expect.objectContaining({ atMs: 1_180, durationMs: 20 })]);
  });

  it('is everything up to the next packet when the connection was made anew', async () => {
    const { audio, file, gaps, sound } = await recorded();
    for (let ms = 0; ms < 200; ms += 20) sound(ms);
    file.connectionChanged(false, 3_000, true);
    file.connectionChanged(true, 3_100, true);
    audio.lose();
    sound(3_200);
    await file.finish(3_220);
    expect(gaps).toEqual([expect.objectContaining({ atMs: 200, durationMs: 3_000 })]);
  });
});

it('has nothing that was sent after the end of the take', async () => {
  const { file, path, picture, sound } = await recorded();
  picture(true, 0);
  sound(0);
  file.endAt(500);
  for (let ms = 40; ms < 1_000; ms += 40) {
    picture(false, ms);
    sound(ms);
  }
  await file.finish(500);
  const last = Math.max(...blocksOf(await readFile(path)).map(({ ms }) => ms));
  expect(last).toBeLessThan(500);
  const { audio, video } = file.counts;
  expect(video.dropped.outside).toBe(12);
  expect(audio.dropped.outside).toBe(12);
});

it('has audio behind the picture that it sounds with, also when the pictures had to wait', async () => {
  let isMade: (black: Buffer) => void = () => undefined;
  const { file, path, picture, sound } = await recorded(
    () =>
      new Promise((resolve) => {
        isMade = resolve;
      }),
  );
  sound(1_000);
  picture(true, 1_020);
  for (let ms = 1_040; ms < 2_000; ms += 20) {
    sound(ms);
    if (ms % 40 === 0) picture(false, ms);
  }
  const { audio } = file.counts;
  // The first came before it was known that pictures come.
  expect(audio.waiting).toBe(47);
  expect(audio.handedOver).toBe(audio.written + audio.waiting);
  isMade(Buffer.from('black'));
  await new Promise((resolve) => setImmediate(resolve));
  expect(file.counts.audio.waiting).toBe(0);
  await file.finish(2_000);
  const blocks = blocksOf(await readFile(path)).filter(({ ms }) => ms >= 1_060);
  expect(blocks.map(({ ms }) => ms)).toEqual(
    blocks.map(({ ms }) => ms).toSorted((one, other) => one - other),
  );
  expect(blocks.filter(({ track }) => track === 2)).toHaveLength(47);
});

it('says of a gap that what came in it could not be decrypted, and of the next one that it never came', async () => {
  const { audio, file, gaps, picture, sound, video } = await recorded(undefined, decryption);
  const sealed = (data: Buffer): Buffer => Buffer.concat([data, Buffer.from([1])]);
  picture(true, 0);
  for (let ms = 0; ms < 1_000; ms += 40) sound(ms);
  for (let ms = 40; ms < 1_000; ms += 40) picture(false, ms);
  for (let ms = 1_000; ms < 1_200; ms += 40) {
    const arrivedMs = originMs + ms;
    video.picture(packetize('vp8', sealed(vp8Frame(false))), arrivedMs * 90, { arrivedMs });
    audio.packet(sealed(tone), arrivedMs * 48, { arrivedMs });
  }
  picture(true, 1_200);
  sound(1_200);
  picture(false, 1_240);
  video.lose(3);
  audio.lose();
  picture(true, 1_320);
  sound(1_240);
  picture(false, 1_360);
  await file.finish(2_000);
  expect(gaps.filter(({ stream }) => stream === 'video')).toMatchObject([
    { isUndecrypted: true, atMs: 960, durationMs: 240, lostFrames: 5 },
    { isUndecrypted: false, atMs: 1_240, durationMs: 80 },
  ]);
  expect(audioOf(gaps)).toMatchObject([{ isUndecrypted: true }, { isUndecrypted: false }]);
  const { frames } = file.counts;
  expect([frames.video.dropped.notDecrypted, frames.audio.dropped.notDecrypted]).toEqual([5, 5]);
});

describe('audio that no key fits', () => {
  const sealed = Buffer.concat([tone, Buffer.from([1])]);

  async function heard() {
    const { audio, ...others } = await recorded(undefined, decryption);
    const unheard = (fromMs: number, toMs: number): void => {
      for (let ms = fromMs; ms < toMs; ms += 20)
        audio.packet(sealed, (originMs + ms) * 48, { arrivedMs: originMs + ms });
    };
    const sound = (fromMs: number, toMs: number): void => {
      for (let ms = fromMs; ms < toMs; ms += 20) others.sound(ms);
    };
    return { ...others, unheard, sound };
  }

  it('is missing to its end, where none ever fitted', async () => {
    const { file, gaps, unheard } = await heard();
    unheard(200, 3_000);
    await file.finish(3_000);
    expect(audioOf(gaps)).toMatchObject([{ isUndecrypted: true, atMs: 200, durationMs: 2_800 }]);
    expect(file.counts.audio.lostMs).toBe(2_800);
  });

  it('is missing before the first that one fits, and behind the last', async () => {
    const { file, gaps, sound, unheard } = await heard();
    unheard(0, 1_000);
    sound(1_000, 2_000);
    unheard(2_000, 3_000);
    await file.finish(3_000);
    expect(audioOf(gaps)).toMatchObject([
      { isUndecrypted: true, atMs: 0, durationMs: 1_000 },
      { isUndecrypted: true, atMs: 2_000, durationMs: 1_000 },
    ]);
  });

  it('is missing up to where the microphone is turned off, and told once', async () => {
    const { file, gaps, sound, unheard } = await heard();
    sound(0, 1_000);
    unheard(1_000, 2_000);
    file.setOn('audio', false, 2_000);
    file.setOn('audio', true, 4_000);
    sound(4_000, 5_000);
    await file.finish(5_000);
    expect(audioOf(gaps)).toMatchObject([{ isUndecrypted: true, atMs: 1_000, durationMs: 1_000 }]);
  });
});

it('lacks everything since the connection broke when it does not stand again by the end', async () => {
  const { file, gaps, sound } = await recorded();
  for (let ms = 0; ms < 1_000; ms += 20) sound(ms);
  file.connectionChanged(false, 2_000, true);
  file.endAt(5_000);
  await file.finish(5_000);
  expect(audioOf(gaps)).toMatchObject([{ atMs: 1_000, durationMs: 4_000 }]);
});

it('lacks nothing at the end when the connection broke, and audio came all the same', async () => {
  const { file, gaps, sound } = await recorded();
  for (let ms = 0; ms < 1_900; ms += 20) sound(ms);
  file.connectionChanged(false, 1_950, true);
  file.endAt(2_000);
  await file.finish(2_000);
  expect(audioOf(gaps)).toEqual([]);
});

describe('a microphone that is on and has not sent a packet', () => {
  it('lacks all of it, until one comes', async () => {
    const { file, gaps, sound } = await recorded();
    for (let ms = 0; ms <= 6_000; ms += 100) file.tick(originMs + ms);
    expect(file.counts.audio.lostMs).toBe(0);
    for (let ms = 6_000; ms < 7_000; ms += 20) sound(ms);
    await file.finish(7_000);
    expect(audioOf(gaps)).toMatchObject([{ atMs: 0, durationMs: 6_000 }]);
    expect(file.counts.audio.lostMs).toBe(6_000);
  });

  it('lacks all of it to the end', async () => {
    const { file, gaps } = await recorded();
    for (let ms = 0; ms <= 8_000; ms += 100) file.tick(originMs + ms);
    await file.finish(8_000);
    expect(audioOf(gaps)).toMatchObject([{ atMs: 0, durationMs: 8_000 }]);
  });

  it('lacks nothing while it is muted, or when it sends within a moment, or has sent before', async () => {
    const { file, gaps, sound } = await recorded();
    for (let ms = 0; ms <= 2_000; ms += 100) file.tick(originMs + ms);
    file.setOn('audio', false, 2_000);
    for (let ms = 2_000; ms <= 9_000; ms += 100) file.tick(originMs + ms);
    file.setOn('audio', true, 9_000);
    for (let ms = 9_000; ms <= 10_000; ms += 100) file.tick(originMs + ms);
    sound(10_000);
    // A silence that is not transmitted.
    for (let ms = 10_000; ms <= 20_000; ms += 100) file.tick(originMs + ms);
    await file.finish(20_000);
    expect(audioOf(gaps)).toEqual([]);
    expect(file.counts.audio.lostMs).toBe(0);
  });
});
