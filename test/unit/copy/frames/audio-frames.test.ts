import { expect, it } from 'vitest';
import { AudioFrames } from '#engine/copy/frames/audio-frames.js';
import type { EncodedFrame } from '#engine/copy/frames/encoded-frame.js';
import { opusDurationMs } from '#engine/copy/frames/opus-packet.js';
import { copyTrack, PacketFeed } from '../../../fixtures/copy-packets.js';

/** CELT, full band, 20 ms, with a number that tells it from others. */
const frame = (number: number): Buffer => Buffer.from([0xf8, 1, 2, 3, number]);

function recorded(codec: 'opus' | 'red') {
  const frames: EncodedFrame[] = [];
  const audio = new AudioFrames({ track: copyTrack('opus'), onFrame: (taken) => frames.push(taken) });
  return { frames, audio, feed: new PacketFeed(audio, codec) };
}

/** Redundant blocks of one and two packets ago, then the packet itself: RFC 2198. */
function redundant(number: number, depth: number): Buffer {
  const heads: Buffer[] = [];
  const bodies: Buffer[] = [];
  for (let back = depth; back > 0; back -= 1) {
    const offset = back * 960;
    heads.push(Buffer.from([0x80 | 111, offset >> 6, (offset & 63) << 2, 5]));
    bodies.push(frame(number - back));
  }
  return Buffer.concat([...heads, Buffer.from([111]), ...bodies, frame(number)]);
}

it('hands over every packet as it is, with its length in time', () => {
  const { audio, feed, frames } = recorded('opus');
  for (let number = 0; number < 5; number += 1) feed.packet(frame(number), number * 960);
  expect(frames.map(({ data }) => data.at(-1))).toEqual([0, 1, 2, 3, 4]);
  expect(frames.every(({ durationMs, isKey }) => durationMs === 20 && isKey)).toBe(true);
  expect(audio.counts).toMatchObject({ begun: 5, handedOver: 5, recovered: 0 });
});

it('fills what was lost from the redundancy of later packets, once', () => {
  const { audio, feed, frames } = recorded('red');
  feed.packet(redundant(10, 2), 10 * 960);
  feed.packet(redundant(11, 2), 11 * 960);
  feed.lose(2);
  feed.packet(redundant(14, 2), 14 * 960);
  feed.packet(redundant(15, 2), 15 * 960);
  // What was before the first packet is not asked for.
  expect(frames.map(({ data }) => data.at(-1))).toEqual([10, 11, 12, 13, 14, 15]);
  expect(frames.map(({ timestamp }) => timestamp / 960)).toEqual([10, 11, 12, 13, 14, 15]);
  expect(audio.counts).toMatchObject({ begun: 6, handedOver: 6, recovered: 2 });
});

it('holds across the wrap of the time stamps', () => {
  const { feed, frames } = recorded('red');
  const wrap = 0x1_0000_0000;
  feed.packet(redundant(10, 1), wrap - 960);
  feed.lose();
  feed.packet(redundant(12, 1), 960);
  expect(frames.map(({ timestamp }) => timestamp)).toEqual([wrap - 960, 0, 960]);
});

it('drops what a server sends for a muted microphone, and keeps silence of the publisher', () => {
  const { audio, feed, frames } = recorded('opus');
  const silence = [0xf8, 0xff, 0xfe];
  feed.packet(Buffer.from(silence), 0);
  feed.packet(Buffer.from([...silence, ...Array.from({ length: 77 }, () => 0)]), 960);
  expect(frames).toHaveLength(1);
  expect(audio.counts.dropped.blank).toBe(1);
});

it('drops a packet that was sent twice, and takes a clock that was set anew', () => {
  const { audio, feed, frames } = recorded('opus');
  feed.packet(frame(1), 960_000);
  feed.packet(frame(1), 960_000);
  feed.packet(frame(2), 0);
  expect(frames.map(({ timestamp }) => timestamp)).toEqual([960_000, 0]);
  expect(audio.counts.dropped.repeated).toBe(1);
});

it.each([
  [[0xf8], 20],
  [[0x00], 10],
  [[0x18], 60],
  [[0x60], 10],
  [[0x80], 2.5],
  [[0xf9], 40],
  [[0xfb, 6], 120],
  [[0xfb, 7], 0],
  [[0xfb], 0],
  [[], 0],
])('reads the length of %j as %d ms', (bytes, durationMs) => {
  expect(opusDurationMs(Buffer.from(bytes))).toBe(durationMs);
});
