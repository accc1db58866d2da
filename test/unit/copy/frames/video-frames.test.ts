import { describe, expect, it } from 'vitest';
import type { CopyCodec } from '#engine/copy/contract.js';
import type { EncodedFrame, FrameCounts } from '#engine/copy/frames/encoded-frame.js';
import { VideoFrames } from '#engine/copy/frames/video-frames.js';
import {
  copyTrack,
  PacketFeed,
  packetize,
  packetizeVp9,
  plainPicture,
  realSets,
  vp8Frame,
} from '../../../fixtures/copy-packets.js';

type VideoCodec = Exclude<CopyCodec, 'opus'>;
const codecs: readonly VideoCodec[] = ['vp8', 'vp9', 'h264', 'h265', 'av1'];
const perFrame = 3_000;

function recorded(codec: VideoCodec) {
  const frames: EncodedFrame[] = [];
  const track = copyTrack(codec);
  const video = new VideoFrames({ track, onFrame: (frame) => frames.push(frame) });
  const feed = new PacketFeed(video, codec);
  const send = (isKey: boolean, index: number): void => {
    feed.picture(packetize(codec, plainPicture(codec, isKey)), index * perFrame);
  };
  return { frames, track, video, feed, send };
}

function sumOf({ begun, dropped, handedOver, open }: FrameCounts): number {
  return begun - handedOver - open - Object.values(dropped).reduce((sum, count) => sum + count, 0);
}

describe.each(codecs)('pictures of %s', (codec) => {
  it('hands over what was sent, in order, with size and configuration of key frames', () => {
    const { frames, send, track, video } = recorded(codec);
    for (let index = 0; index < 10; index += 1) send(index % 5 === 0, index);
    video.end();
    expect(frames.map(({ isKey }) => isKey)).toEqual(
      Array.from({ length: 10 }, (_, index) => index % 5 === 0),
    );
    expect(frames.map(({ timestamp }) => timestamp)).toEqual(
      Array.from({ length: 10 }, (_, index) => index * perFrame),
    );
    const size = codec === 'vp8' ? { width: 1280, height: 720 } : { width: 322, height: 182 };
    expect(frames[0]?.size).toEqual(size);
    expect(frames[1]?.size).toBeNull();
    expect(frames[0]?.config === null).toBe(codec === 'vp8' || codec === 'vp9');
    expect(track.asked).toBe(0);
    expect(video.counts).toMatchObject({ begun: 10, handedOver: 10, keyFrames: 2, open: 0 });
  });

  it('drops a picture that lost a packet, and all that builds on it', () => {
    const { feed, frames, send, track, video } = recorded(codec);
    send(true, 0);
    send(false, 1);
    const [first, ...rest] = packetize(codec, plainPicture(codec, false));
    feed.packet(first ?? Buffer.alloc(0), 2 * perFrame);
    feed.lose();
    for (const payload of rest.slice(1))
      feed.packet(payload, 2 * perFrame, { marker: payload === rest.at(-1) });
    send(false, 3);
    send(true, 4);
    send(false, 5);
    video.end();
    expect(frames.map(({ timestamp }) => timestamp / perFrame)).toEqual([0, 1, 4, 5]);
    expect(track.asked).toBeGreaterThan(0);
    // The part before the loss and the part behind it are counted apart: nobody knows that they are one.
    expect(video.counts.dropped).toMatchObject({ packetLost: 2, awaitingKey: 1 });
    expect(sumOf(video.counts)).toBe(0);
  });

  it('begins inside of a stream with the first key frame', () => {
    const { feed, frames, send, track, video } = recorded(codec);
    for (const payload of packetize(codec, plainPicture(codec, true)).slice(-1))
      feed.packet(payload, 0, { marker: true });
    send(false, 1);
    send(true, 2);
    video.end();
    expect(frames.map(({ timestamp }) => timestamp / perFrame)).toEqual([2]);
    // The server asks for the first one by itself; only what could not be put together asks again.
    expect(track.asked).toBeLessThanOrEqual(1);
    expect(sumOf(video.counts)).toBe(0);
  });

  it('drops a picture without an end, and keeps the key frame that follows', () => {
    const { feed, frames, send, video } = recorded(codec);
    send(true, 0);
    for (const payload of packetize(codec, plainPicture(codec, false)).slice(0, 2))
      feed.packet(payload, perFrame);
    send(true, 2);
    send(false, 3);
    video.end();
    expect(frames.map(({ timestamp }) => timestamp / perFrame)).toEqual([0, 2, 3]);
    expect(video.counts.dropped.cut).toBe(1);
  });

  it('keeps the last of several key frames of one time', () => {
    const { feed, frames, send, video } = recorded(codec);
    send(true, 0);
    // One is cut short by the next one, which has the same time stamp.
    for (const payload of packetize(codec, plainPicture(codec, true)).slice(0, -1))
      feed.packet(payload, perFrame);
    feed.picture(packetize(codec, plainPicture(codec, true, 2_000)), perFrame);
    feed.picture(packetize(codec, plainPicture(codec, true, 2_345)), perFrame);
    send(false, 2);
    video.end();
    expect(frames.map(({ timestamp }) => timestamp / perFrame)).toEqual([0, 1, 2]);
    expect(frames[1]?.data.length).toBeGreaterThanOrEqual(2_345);
    expect(video.counts.dropped).toMatchObject({ cut: 1, replaced: 1 });
    expect(sumOf(video.counts)).toBe(0);
  });

  it('takes padding between and inside of pictures', () => {
    const { feed, frames, send, track, video } = recorded(codec);
    send(true, 0);
    feed.packet(Buffer.alloc(0), 0);
    const payloads = packetize(codec, plainPicture(codec, false));
    for (const payload of payloads) {
      feed.packet(payload, perFrame, { marker: payload === payloads.at(-1) });
      feed.packet(Buffer.alloc(0), perFrame);
    }
    send(false, 2);
    video.end();
    expect(frames).toHaveLength(3);
    expect(track.asked).toBe(0);
    expect(video.counts.otherPackets).toBe(payloads.length + 1);
  });
});

describe('what is dropped', () => {
  const small = { width: 320, height: 180 };
  const full = { width: 1280, height: 720 };

  function vp8() {
    const taken = recorded('vp8');
    const at = (isKey: boolean, ms: number, size = full): void => {
      taken.feed.picture(packetize('vp8', vp8Frame(isKey, size)), ms * 90);
    };
    return { ...taken, at };
  }

  it('hands over the lower layers that a track begins with, and goes on with after it was off', () => {
    const { at, frames, track, video } = vp8();
    at(true, 0, small);
    at(false, 1_000);
    at(true, 2_000);
    at(false, 2_100);
    // A camera that was off: the lowest layer comes first again.
    at(true, 9_000, small);
    at(false, 9_500);
    at(true, 10_000);
    video.end();
    expect(frames.map(({ timestamp }) => timestamp / 90)).toEqual([
      0, 1_000, 2_000, 2_100, 9_000, 9_500, 10_000,
    ]);
    expect(track.asked).toBe(0);
    expect(sumOf(video.counts)).toBe(0);
  });

  it('keeps the last of the key frames that a rise over several layers brings within five milliseconds', () => {
    const { at, frames, video } = vp8();
    at(true, 0, small);
    at(false, 40, small);
    at(true, 80, small);
    at(true, 81, { width: 640, height: 360 });
    at(true, 82);
    at(false, 120);
    at(true, 126);
    video.end();
    expect(frames.map(({ timestamp }) => timestamp / 90)).toEqual([0, 40, 82, 120, 126]);
    expect(frames[2]?.size).toEqual(full);
    expect(video.counts.dropped).toMatchObject({ replaced: 2, awaitingKey: 0 });
    expect(sumOf(video.counts)).toBe(0);
  });

  it('goes over to a smaller layer in the middle of a take', () => {
    const { at, frames, video } = vp8();
    at(true, 0);
    for (let ms = 500; ms < 6_000; ms += 500) at(false, ms);
    at(true, 6_000, small);
    video.end();
    expect(frames.at(-1)?.size).toEqual(small);
  });

  it('leaves out the tiny pictures of a track that ends, and goes on with a key frame', () => {
    const { at, frames, video } = vp8();
    at(true, 0);
    for (let index = 1; index <= 6; index += 1) at(true, index * 33, { width: 8, height: 8 });
    at(false, 300);
    at(true, 400);
    video.end();
    expect(frames.map(({ timestamp }) => timestamp / 90)).toEqual([0, 400]);
    expect(video.counts.dropped).toMatchObject({ blank: 6, awaitingKey: 1 });
  });

  it('asks for the first key frame only when it does not come within a second', () => {
    const { at, track } = vp8();
    at(false, 0);
    at(false, 900);
    expect(track.asked).toBe(0);
    at(false, 1_100);
    expect(track.asked).toBe(1);
  });

  it('refuses a key frame that was cut short inside of a packet', () => {
    const { feed, frames, video } = vp8();
    feed.picture(packetize('vp8', vp8Frame(true).subarray(0, 700)), 0);
    video.end();
    expect(frames).toHaveLength(0);
    expect(video.counts.dropped.malformed).toBe(1);
  });

  it('refuses a picture that is larger than any, and does not keep its memory', () => {
    const { at, feed, frames, video } = vp8();
    at(true, 0);
    const payload = packetize('vp8', vp8Frame(false))[1] ?? Buffer.alloc(0);
    for (let index = 0; index < 20_000; index += 1) feed.packet(payload, 9_000);
    expect(video.heldBytes).toBeLessThan(17 * 1024 * 1024);
    at(true, 200);
    at(false, 233);
    video.end();
    expect(frames.map(({ timestamp }) => timestamp / 90)).toEqual([0, 200, 233]);
    expect(video.counts.dropped.tooLarge).toBe(1);
  });

  it('carries the rotation of the last packet that had one', () => {
    const { feed, frames, video } = vp8();
    feed.picture(packetize('vp8', vp8Frame(true)), 0, { rotation: 90 });
    feed.picture(packetize('vp8', vp8Frame(false)), 3_000);
    feed.picture(packetize('vp8', vp8Frame(true)), 6_000, { rotation: 0 });
    video.end();
    expect(frames.map(({ rotation }) => rotation)).toEqual([90, 90, 0]);
  });

  it('begins anew with the key frame of another codec', () => {
    const { frames, send, track, video } = recorded('vp8');
    send(true, 0);
    const other = new PacketFeed(video, 'h264');
    other.picture(packetize('h264', plainPicture('h264', false)), 3_000);
    other.picture(packetize('h264', plainPicture('h264', true)), 6_000);
    video.end();
    expect(frames.map(({ codec }) => codec)).toEqual(['vp8', 'h264']);
    expect(track.asked).toBeGreaterThan(0);
  });

  it('hands over a held key frame when it is told to', () => {
    const { at, frames, video } = vp8();
    at(true, 0);
    expect(frames).toHaveLength(0);
    expect(video.counts.open).toBe(1);
    video.release();
    expect(frames).toHaveLength(1);
    expect(sumOf(video.counts)).toBe(0);
  });
});

describe('codecs of NAL units', () => {
  it('reads the size of the high profile', () => {
    const { feed, frames, video } = recorded('h264');
    const slice = Buffer.concat([Buffer.from([0x65]), Buffer.alloc(50, 7)]);
    feed.picture([realSets.highSps, realSets.pps, slice], 0);
    video.end();
    expect(frames[0]?.size).toEqual({ width: 322, height: 182 });
  });

  it('unpacks several NAL units of one packet', () => {
    const { feed, frames, video } = recorded('h264');
    const slice = Buffer.concat([Buffer.from([0x65]), Buffer.alloc(50, 7)]);
    const parts = [realSets.sps, realSets.pps, slice].flatMap((nal) => [Buffer.from([0, nal.length]), nal]);
    feed.picture([Buffer.concat([Buffer.from([24]), ...parts])], 0);
    video.end();
    const behind = [realSets.sps, realSets.pps, slice].flatMap((nal) => [
      Buffer.from([0, 0, 0, nal.length]),
      nal,
    ]);
    expect(frames[0]?.data).toEqual(Buffer.concat(behind));
  });

  it('keeps parameter sets that were sent alone, and puts them before a key frame without any', () => {
    const { feed, frames, video } = recorded('h264');
    const slice = Buffer.concat([Buffer.from([0x65]), Buffer.alloc(50, 7)]);
    feed.picture([realSets.sps], 0);
    feed.picture([realSets.pps], 0);
    feed.picture([slice], 0);
    video.end();
    expect(frames[0]?.data.subarray(4, 4 + realSets.sps.length)).toEqual(realSets.sps);
    expect(video.counts.dropped.noPicture).toBe(2);
    expect(frames[0]?.config?.subarray(8, 8 + realSets.sps.length)).toEqual(realSets.sps);
  });
});

describe('spatial layers of VP9', () => {
  it('become one superframe with the size of the top one', () => {
    const { feed, frames, video } = recorded('vp9');
    const base = plainPicture('vp9', true, 900);
    const payloads = packetizeVp9([base, plainPicture('vp9', false, 5_000)], 1_100);
    // The structure of the first packet: two layers with their sizes.
    const [first = Buffer.alloc(0)] = payloads;
    const structure = Buffer.from([0x30, 161 >> 8, 161, 0, 91, 644 >> 8, 644 & 255, 364 >> 8, 364 & 255]);
    const head = Buffer.from(first.subarray(0, 5));
    head[0] = (head[0] ?? 0) | 0x02;
    feed.picture([Buffer.concat([head, structure, first.subarray(5)]), ...payloads.slice(1)], 0);
    video.end();
    const data = frames[0]?.data ?? Buffer.alloc(0);
    expect(frames[0]?.size).toEqual({ width: 644, height: 364 });
    const marker = 0xc0 | (1 << 3) | 1;
    expect(data.at(-1)).toBe(marker);
    expect(data.at(-6)).toBe(marker);
    expect(data.readUInt16LE(data.length - 5)).toBe(base.length);
    expect(data.readUInt16LE(data.length - 3)).toBe(5_001);
    expect(data.subarray(0, base.length)).toEqual(base);
  });

  it('are refused when one of them has no end', () => {
    const { feed, frames, video } = recorded('vp9');
    const payloads = packetizeVp9([plainPicture('vp9', true), plainPicture('vp9', false)], 1_100);
    feed.picture(
      payloads.filter((_, index) => index !== 2),
      0,
    );
    video.end();
    expect(frames).toHaveLength(0);
    expect(video.counts.dropped.malformed).toBe(1);
  });
});
