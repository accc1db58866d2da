import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BlackFrames } from '#engine/copy/file/black-frames.js';
import type { LineCounts } from '#engine/copy/file/line-counts.js';
import type { MatroskaFileOptions } from '#engine/copy/file/matroska-file-options.js';
import { ParticipantFile } from '#engine/copy/file/participant-file.js';
import { DiskLanes } from '#engine/storage/disk-lanes.js';
import { copyTrack, PacketFeed, packetize, plainPicture, vp8Frame } from '../../../fixtures/copy-packets.js';
import { type Block, blocksOf } from '../../../fixtures/matroska-blocks.js';

const originMs = 50_000;
const black = Buffer.from('black');
const tone = Buffer.from([0xf8, 0x11, 0x22, 0x33]);

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-lines-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

function sumOf({ dropped, handedOver, waiting, written }: LineCounts): number {
  return handedOver - written - waiting - Object.values(dropped).reduce((sum, count) => sum + count, 0);
}

/** A file of a participant whose clock is ours, and packets that come the moment they are made. */
async function recorded(
  isReporting = true,
  limits: MatroskaFileOptions = {},
  onBlack: (size: string) => void = () => undefined,
) {
  const path = join(folder, 'ada.mkv');
  const file = await ParticipantFile.create(path, {
    ...limits,
    originMs,
    blackFrames: new BlackFrames((_, { height, width }) => {
      onBlack(`${width}x${height}`);
      return Promise.resolve(black);
    }),
  });
  const stamp = (track: ReturnType<typeof copyTrack>): typeof track =>
    isReporting ? track : { ...track, timeOf: () => null };
  const camera = copyTrack('vp8');
  const video = file.add(stamp(camera), null);
  const audio = file.add(stamp(copyTrack('opus')), null);
  const videoFeed = new PacketFeed(video, 'vp8');
  const audioFeed = new PacketFeed(audio, 'opus');
  const picture = (isKey: boolean, ms: number, size = { width: 1280, height: 720 }): void => {
    const arrivedMs = originMs + ms;
    videoFeed.picture(packetize('vp8', vp8Frame(isKey, size)), arrivedMs * 90, { arrivedMs });
  };
  const sound = (ms: number): void => {
    audioFeed.packet(tone, (originMs + ms) * 48, { arrivedMs: originMs + ms });
  };
  const finish = async (ms: number): Promise<{ video: Block[]; audio: Block[] }> => {
    await file.finish(ms);
    const blocks = blocksOf(await readFile(path));
    return {
      video: blocks.filter(({ track }) => track === 1),
      audio: blocks.filter(({ track }) => track === 2),
    };
  };
  const tick = (ms: number): void => {
    file.tick(originMs + ms);
  };
  return { file, camera, video, audio, picture, sound, tick, finish };
}

/** A disk that takes nothing until it is let go. */
function standing(lanes: DiskLanes): () => void {
  let letGo = (): void => undefined;
  const held = new Promise<void>((resolve) => (letGo = resolve));
  void lanes.writes.run(() => held);
  return letGo;
}

const isBlack = ({ data }: Block): boolean => data.equals(black);
const isSilence = ({ data }: Block): boolean => !data.equals(tone);
const made = async (): Promise<void> => await new Promise((resolve) => setImmediate(resolve));

describe('the line of audio', () => {
  it('has silence before a late join, in a gap and up to the end, and not one packet more', async () => {
    const { file, finish, sound } = await recorded();
    for (let ms = 500; ms < 1_000; ms += 20) sound(ms);
    for (let ms = 1_400; ms < 2_000; ms += 20) sound(ms);
    const { audio } = await finish(2_500);
    expect(audio.filter((block) => !isSilence(block)).map(({ ms }) => ms)).toEqual([
      ...Array.from({ length: 25 }, (_, index) => 500 + index * 20),
      ...Array.from({ length: 30 }, (_, index) => 1_400 + index * 20),
    ]);
    expect(audio.filter(isSilence).map(({ ms }) => ms)).toEqual([
      ...Array.from({ length: 25 }, (_, index) => index * 20),
      ...Array.from({ length: 20 }, (_, index) => 1_000 + index * 20),
      ...Array.from({ length: 25 }, (_, index) => 2_000 + index * 20),
    ]);
    expect(sumOf(file.counts.audio)).toBe(0);
  });

  it.each([
    [6, [5]],
    [7.5, [5, 2.5]],
    [19, [10, 5, 2.5]],
    [26, [20, 5]],
    [1_013, [120, ...Array<number>(44).fill(20), 10, 2.5]],
    // The sender's clock, no gap.
    [4, []],
  ])('fills a gap of %s ms so that less than 2.5 ms are left', async (gapMs, durationsMs) => {
    const { finish, sound } = await recorded();
    sound(0);
    sound(20 + gapMs);
    const { audio } = await finish(40 + gapMs);
    // How long a packet lasts is in its first byte, and in the number of its frames (RFC 6716, section 3).
    const lasts = (data: Buffer): number => {
      const frames = data[0] === 0xfb ? (data[1] ?? 0) : 1;
      return frames * ([2.5, 5, 10, 20][((data[0] ?? 0) >> 3) & 3] ?? 0);
    };
    const filled = audio.slice(1, -1);
    expect(filled.map(({ data }) => lasts(data))).toEqual(durationsMs);
    let atMs = 20;
    for (const { data, ms } of filled) {
      expect(Math.abs(ms - atMs)).toBeLessThanOrEqual(0.5);
      atMs += lasts(data);
    }
    expect(audio.at(-1)?.ms).toBe(Math.round(20 + gapMs));
  });

  it('fills an hour before a late join in one megabyte', async () => {
    const { file, finish, sound } = await recorded();
    sound(3_600_000);
    const { audio } = await finish(3_600_020);
    expect(audio.length).toBeLessThan(3_600_000 / 115);
    expect(audio.reduce((sum, { data }) => sum + data.length, 0)).toBeLessThan(1_000_000);
    expect(file.counts.audio.dropped.writerFull).toBe(0);
  });

  it('waits longer for a microphone that is on than for one that is off', async () => {
    const { finish, sound, tick } = await recorded();
    sound(0);
    // The network held back three seconds, and then all of them come.
    tick(3_000);
    for (let ms = 20; ms < 3_000; ms += 20) sound(ms);
    const { audio } = await finish(3_000);
    expect(audio.some(isSilence)).toBe(false);
    expect(audio).toHaveLength(150);
  });

  it('does not write over silence what comes too late', async () => {
    const { file, finish, sound, tick } = await recorded();
    sound(0);
    file.setOn('audio', false, 0);
    tick(3_000);
    sound(500);
    const { audio } = await finish(3_000);
    expect(audio.filter((block) => !isSilence(block))).toHaveLength(1);
    expect(file.counts.audio.dropped.late).toBe(1);
    expect(sumOf(file.counts.audio)).toBe(0);
  });
});

describe('the line of video', () => {
  it('has black a second before a late join, while the camera is off, and up to the end', async () => {
    const { file, finish, picture, tick } = await recorded();
    picture(true, 2_500);
    picture(false, 2_533);
    await made();
    file.setOn('video', false, 3_000);
    tick(5_200);
    file.setOn('video', true, 5_500);
    picture(true, 5_600);
    picture(false, 5_633);
    file.setOn('video', false, 6_000);
    const { video } = await finish(8_000);
    expect(video.filter(isBlack).map(({ ms }) => ms)).toEqual([
      0, 1_000, 2_000, 3_000, 4_000, 5_000, 6_000, 7_000,
    ]);
    expect(video.filter((block) => !isBlack(block)).map(({ ms }) => ms)).toEqual([
      2_500, 2_533, 5_600, 5_633,
    ]);
    expect(video.every((block) => !isBlack(block) || block.isKey)).toBe(true);
    expect(sumOf(file.counts.video)).toBe(0);
  });

  it('holds the last picture of a camera that is on when the take ends, however long nothing had come', async () => {
    const { file, finish, picture, tick, video: camera } = await recorded();
    picture(true, 200);
    picture(false, 480);
    tick(490);
    await made();
    tick(5_000);
    file.endAt(6_000);
    // The room is left: all tracks end.
    camera.end();
    const { video } = await finish(6_000);
    expect(video.map(isBlack)).toEqual([true, false, false]);
  });

  it('goes on after black with a key frame alone, and asks for it', async () => {
    const { camera, file, finish, picture, tick } = await recorded();
    picture(true, 0);
    tick(0);
    await made();
    file.setOn('video', false, 100);
    tick(2_000);
    picture(false, 2_100);
    expect(camera.asked).toBe(1);
    picture(true, 2_300);
    const { video } = await finish(2_400);
    expect(video.filter((block) => !isBlack(block)).map(({ ms }) => ms)).toEqual([0, 2_300]);
    expect(file.counts.video.dropped.awaitingKey).toBe(1);
  });

  it('keeps what was filmed before a camera went off and came after that was said', async () => {
    const { file, finish, picture, tick } = await recorded();
    picture(true, 0);
    tick(0);
    await made();
    file.setOn('video', false, 500);
    tick(600);
    picture(false, 480);
    picture(false, 520);
    const { video } = await finish(1_500);
    expect(video.map(({ ms }) => ms)).toEqual([0, 480, 520, 521]);
    expect(video.map(isBlack)).toEqual([false, false, false, true]);
  });

  it('has black after a camera that went off before its first pictures were written', async () => {
    const { file, finish, picture, tick } = await recorded();
    picture(true, 2_000);
    picture(false, 2_033);
    file.setOn('video', false, 3_000);
    await made();
    tick(4_500);
    const { video } = await finish(5_000);
    expect(video.map(({ ms }) => ms)).toEqual([0, 1_000, 2_000, 2_033, 3_000, 4_000]);
    expect(video.map(isBlack)).toEqual([true, true, false, false, true, true]);
  });

  it('makes black of the size that was last sent, and of no other', async () => {
    const asked: string[] = [];
    const { file, picture, finish, tick } = await recorded(true, {}, (size) => void asked.push(size));
    picture(true, 0);
    for (const [index, width] of [640, 644, 648].entries())
      picture(true, 100 + index * 100, { width, height: 360 });
    tick(400);
    file.setOn('video', false, 500);
    await made();
    await finish(2_000);
    expect(asked).toEqual(['1280x720', '648x360']);
  });

  it('goes on without a key frame after a mute so short that nothing was shown for it', async () => {
    const { file, finish, picture, tick } = await recorded();
    picture(true, 0);
    tick(0);
    await made();
    file.setOn('video', false, 100);
    file.setOn('video', true, 300);
    picture(false, 400);
    tick(3_000);
    const { video } = await finish(3_000);
    expect(video.map(({ ms }) => ms)).toEqual([0, 400]);
  });

  it('keeps what was filmed just before the file begins, at its beginning', async () => {
    const { finish, picture } = await recorded();
    picture(true, -70);
    picture(false, -30);
    picture(false, 10);
    const { video } = await finish(100);
    expect(video.map(({ ms }) => ms)).toEqual([0, 1, 10]);
  });

  it('goes on with a key frame when the disk had no room, and asks for it', async () => {
    const lanes = new DiskLanes();
    const { camera, file, finish, picture, tick } = await recorded(true, { lanes, capBytes: 40_000 });
    const letGo = standing(lanes);
    picture(true, 0);
    for (let ms = 33; ms < 1_000; ms += 33) picture(false, ms);
    const { writerFull } = file.counts.video.dropped;
    expect(writerFull).toBe(1);
    expect(camera.asked).toBeGreaterThan(0);
    // Whoever looks at the disk sees that it takes nothing.
    await expect.poll(() => file.disk.slowestWriteMs).toBeGreaterThan(100);
    letGo();
    tick(1_000);
    tick(2_000);
    // The memory in which pictures are put together stays.
    while (file.heldBytes > 64 * 1024) await made();
    picture(false, 2_033);
    picture(true, 2_066);
    picture(false, 2_100);
    const { video } = await finish(2_200);
    const { tracks, video: counts } = file.counts;
    expect(video.map(({ ms }) => ms).slice(-2)).toEqual([2_066, 2_100]);
    // Nothing between the last picture before the gap and the key frame behind it.
    expect(video.filter(({ ms }) => ms > 700 && ms < 2_066)).toEqual([]);
    expect(sumOf(counts)).toBe(0);
    expect(tracks.get('TR_vp8')?.dropped.awaitingKey).toBeGreaterThan(10);
  });

  it('refuses another codec, and tells of it', async () => {
    const { file, finish, picture, video } = await recorded();
    picture(true, 0);
    const h264 = new PacketFeed(video, 'h264');
    h264.picture(packetize('h264', plainPicture('h264', true)), (originMs + 100) * 90, {
      arrivedMs: originMs + 100,
    });
    await finish(200);
    expect(file.counts.video.dropped.otherCodec).toBe(1);
    expect(sumOf(file.counts.video)).toBe(0);
  });
});

it('goes on in the same file when tracks are published again', async () => {
  const { audio, file, finish, picture, sound, video } = await recorded();
  picture(true, 0);
  sound(0);
  video.end();
  audio.end();
  await made();
  const again = new PacketFeed(file.add(copyTrack('vp8', 'TR_again'), null), 'vp8');
  again.picture(packetize('vp8', vp8Frame(true)), (originMs + 3_000) * 90, { arrivedMs: originMs + 3_000 });
  const blocks = await finish(3_100);
  expect(blocks.video.filter((block) => !isBlack(block)).map(({ ms }) => ms)).toEqual([0, 3_000]);
  expect(blocks.video.filter(isBlack).map(({ ms }) => ms)).toEqual([1, 1_001, 2_001]);
  expect([...file.counts.tracks.keys()].sort()).toEqual(['TR_again', 'TR_opus', 'TR_vp8']);
});

it('has the pictures of a camera that is published again at their times, however late its clock is known', async () => {
  const { file, finish, picture, tick, video } = await recorded();
  picture(true, 0);
  video.end();
  await made();
  const track = copyTrack('vp8', 'TR_again');
  let isKnown = false;
  const timeOf = (timestamp: number): number | null => (isKnown ? track.timeOf(timestamp) : null);
  const again = new PacketFeed(file.add({ ...track, timeOf }, null), 'vp8');
  const sent = Array.from({ length: 70 }, (_, index) => 3_000 + index * 40);
  for (const ms of sent) {
    const arrivedMs = originMs + ms;
    again.picture(packetize('vp8', vp8Frame(ms === 3_000)), arrivedMs * 90, { arrivedMs });
    tick(ms);
  }
  isKnown = true;
  tick(5_800);
  const blocks = await finish(5_800);
  expect(blocks.video.filter((block) => !isBlack(block)).map(({ ms }) => ms)).toEqual([0, ...sent]);
  expect(blocks.video.filter(isBlack).map(({ ms }) => ms)).toEqual([1, 1_001, 2_001]);
});

it('follows the time stamps of a sender that reports nothing, after three seconds', async () => {
  const { file, finish, sound, tick } = await recorded(false);
  for (let ms = 0; ms < 2_000; ms += 20) sound(ms);
  expect(file.counts.audio).toMatchObject({ waiting: 100, written: 0 });
  tick(3_100);
  expect(file.counts.audio).toMatchObject({ waiting: 0, written: 100 });
  sound(2_000);
  const { audio } = await finish(2_020);
  expect(audio.map(({ ms }) => ms)).toEqual(Array.from({ length: 101 }, (_, index) => index * 20));
});
