import { describe, expect, it } from 'vitest';
import { readMediaKeys } from '#engine/contract/media-keys.js';
import type { FrameDecryption } from '#engine/copy/contract.js';
import { RoomDecryption } from '#engine/copy/decrypt/room-decryption.js';
import { AudioFrames } from '#engine/copy/frames/audio-frames.js';
import type { EncodedFrame, FrameCounts } from '#engine/copy/frames/encoded-frame.js';
import { VideoFrames } from '#engine/copy/frames/video-frames.js';
import {
  annexB,
  copyTrack,
  PacketFeed,
  packetize,
  packetizeVp9,
  plainPicture,
  realSets,
} from '../../../fixtures/copy-packets.js';
import {
  describedVp9,
  type EncryptedVideo,
  FrameEncryptor,
  sealedPayloads,
} from '../../../fixtures/encrypted-frames.js';

const passphrase = 'correct horse battery staple';
const trailer = Buffer.from('a trailer of the server');
const perFrame = 3_000;
const most = 1_100;
/** With what emulation prevention is for, and with what it looks like. */
const awkwardIv = Buffer.from('000001000003000000000002', 'hex');
const codecs: readonly EncryptedVideo[] = ['vp8', 'vp9', 'h264', 'h265'];

async function decryption(given = passphrase): Promise<FrameDecryption> {
  const keys = readMediaKeys(given);
  if (keys === null) throw new Error('There is no key.');
  return (await RoomDecryption.from(keys)).of('ada', () => trailer);
}

function received(codec: EncryptedVideo, decrypts: FrameDecryption | null) {
  const frames: EncodedFrame[] = [];
  const track = { ...copyTrack(codec), asked: 0, decryption: decrypts };
  const asking = { ...track, requestKeyFrame: () => (track.asked += 1) };
  const video = new VideoFrames({
    ...{ track: asking, onFrame: (frame: EncodedFrame) => frames.push(frame) },
  });
  return { frames, video, track, feed: new PacketFeed(video, codec) };
}

function sumOf({ begun, dropped, handedOver, open }: FrameCounts): number {
  return begun - handedOver - open - Object.values(dropped).reduce((sum, count) => sum + count, 0);
}

describe.each(codecs)('encrypted pictures of %s', (codec) => {
  it('are what was encoded, bit for bit', async () => {
    const encryptor = await FrameEncryptor.with({ passphrase });
    const encrypted = received(codec, await decryption());
    const plain = received(codec, null);
    for (let index = 0; index < 8; index += 1) {
      const picture = plainPicture(codec, index % 4 === 0, 1_100 + 700 * index);
      const payloads = await sealedPayloads(encryptor, codec, picture, index === 5 ? awkwardIv : undefined);
      encrypted.feed.picture(payloads, index * perFrame);
      plain.feed.picture(packetize(codec, picture, most), index * perFrame);
    }
    encrypted.video.end();
    plain.video.end();
    expect(plain.frames).toHaveLength(8);
    expect(encrypted.frames).toEqual(plain.frames);
    expect(sumOf(encrypted.video.counts)).toBe(0);
  });

  it('are dropped while no key fits, and go on with the next key frame, which is asked for then', async () => {
    const [right, wrong] = [
      await FrameEncryptor.with({ passphrase }),
      await FrameEncryptor.with({ passphrase: 'a slip' }),
    ];
    const { feed, frames, track, video } = received(codec, await decryption());
    const send = async (who: FrameEncryptor, isKey: boolean, index: number): Promise<void> => {
      feed.picture(await sealedPayloads(who, codec, plainPicture(codec, isKey)), index * perFrame);
    };
    await send(right, true, 0);
    await send(right, false, 1);
    for (let index = 2; index < 6; index += 1) await send(wrong, index === 4, index);
    expect(track.asked).toBe(0);
    await send(right, false, 6);
    expect(track.asked).toBe(1);
    await send(right, true, 7);
    await send(right, false, 8);
    video.end();
    expect(frames.map(({ timestamp }) => timestamp / perFrame)).toEqual([0, 1, 7, 8]);
    expect(video.counts.dropped).toMatchObject({ notDecrypted: 4, awaitingKey: 1 });
    expect(video.notDecrypted).toBe(4);
    expect(sumOf(video.counts)).toBe(0);
  });

  it('are none of a publisher who does not encrypt, and of a server that has put them there', async () => {
    const { feed, frames, video } = received(codec, await decryption());
    feed.picture(packetize(codec, plainPicture(codec, true), most), 0);
    const fromServer = Buffer.concat([plainPicture(codec, true, 300), trailer]);
    feed.picture(packetize(codec, fromServer, most), perFrame);
    video.end();
    expect(frames).toEqual([]);
    expect(video.counts.dropped).toMatchObject({ notDecrypted: 1, blank: 1 });
  });
});

it('takes each spatial layer of a picture by itself', async () => {
  const encryptor = await FrameEncryptor.with({ passphrase });
  const encrypted = received('vp9', await decryption());
  const plain = received('vp9', null);
  const layers = [700, 1_900, 4_000].map((bytes) => plainPicture('vp9', true, bytes));
  const ciphers = await Promise.all(layers.map((layer) => encryptor.encrypt(layer, 0)));
  encrypted.feed.picture(describedVp9(packetizeVp9(ciphers, most), true), 0);
  plain.feed.picture(packetizeVp9(layers, most), 0);
  encrypted.video.end();
  plain.video.end();
  expect(plain.frames).toHaveLength(1);
  expect(encrypted.frames).toEqual(plain.frames);
});

it('finds the slices behind the first one, which are encrypted with it', async () => {
  const encryptor = await FrameEncryptor.with({ passphrase });
  const encrypted = received('h264', await decryption());
  const plain = received('h264', null);
  const slice = (bytes: number): Buffer =>
    Buffer.concat([Buffer.from([0x65, 0x88]), Buffer.alloc(bytes, 0x42)]);
  const picture = annexB([realSets.sps, realSets.pps, slice(900), slice(2_000), slice(30)]);
  encrypted.feed.picture(await sealedPayloads(encryptor, 'h264', picture), 0);
  plain.feed.picture(packetize('h264', picture, most), 0);
  encrypted.video.end();
  plain.video.end();
  expect(encrypted.frames).toEqual(plain.frames);
});

it('leaves out what a publisher appends to each frame for their own use', async () => {
  const encryptor = await FrameEncryptor.with({ passphrase });
  const { feed, frames, video } = received('vp8', await decryption());
  const picture = plainPicture('vp8', true);
  // A frame id, as livekit-client appends it: kind, length, value, length of all, each inverted, and four letters.
  const id = Buffer.from([...[2, 4, 0, 0, 0, 9, 11].map((byte) => byte ^ 0xff), ...Buffer.from('LKTS')]);
  feed.picture(packetize('vp8', Buffer.concat([await encryptor.vp8(picture), id]), most), 0);
  video.end();
  expect(frames[0]?.data).toEqual(picture);
});

describe('encrypted packets of Opus', () => {
  const packet = (fill: number): Buffer => Buffer.concat([Buffer.from([0x78]), Buffer.alloc(80, fill)]);

  async function heard(codec: 'opus' | 'red' = 'opus') {
    const frames: EncodedFrame[] = [];
    const track = { ...copyTrack('opus'), decryption: await decryption() };
    const audio = new AudioFrames({ track, onFrame: (frame) => frames.push(frame) });
    return { frames, audio, feed: new PacketFeed(audio, codec) };
  }

  it('are what was encoded, with silence of no length, and without what the server sends for a muted one', async () => {
    const { audio, feed, frames } = await heard();
    const encryptor = await FrameEncryptor.with({ passphrase });
    const other = await FrameEncryptor.with({ passphrase: 'a slip' });
    const sent = [packet(1), Buffer.from([0x78]), packet(3)];
    for (const [index, one] of sent.entries()) feed.packet(await encryptor.opus(one), index * 960);
    feed.packet(await other.opus(packet(4)), 3 * 960);
    feed.packet(packet(5), 4 * 960);
    feed.packet(Buffer.concat([Buffer.from([0xf8, 0xff, 0xfe]), Buffer.alloc(77), trailer]), 5 * 960);
    expect(frames.map(({ data }) => data)).toEqual(sent);
    expect(audio.counts.dropped).toMatchObject({ notDecrypted: 2, blank: 1 });
    expect(sumOf(audio.counts)).toBe(0);
  });

  it('are each encrypted by themselves where a server repeats them', async () => {
    const { audio, feed, frames } = await heard('red');
    const encryptor = await FrameEncryptor.with({ passphrase });
    const [first, second, third] = [packet(1), packet(2), packet(3)];
    feed.packet(Buffer.concat([Buffer.from([111]), await encryptor.opus(first)]), 0);
    const repeated = await encryptor.opus(second);
    const head = [
      0x80 | 111,
      960 >> 6,
      ((960 & 63) << 2) | (repeated.length >> 8),
      repeated.length & 0xff,
      111,
    ];
    feed.lose();
    feed.packet(Buffer.concat([Buffer.from(head), repeated, await encryptor.opus(third)]), 1_920);
    expect(frames.map(({ data }) => data)).toEqual([first, second, third]);
    expect(audio.counts.recovered).toBe(1);
  });
});
