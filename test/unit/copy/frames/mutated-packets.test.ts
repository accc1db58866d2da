import { describe, expect, it } from 'vitest';
import type { CopyCodec } from '#engine/copy/contract.js';
import { AudioFrames } from '#engine/copy/frames/audio-frames.js';
import type { FrameCounts } from '#engine/copy/frames/encoded-frame.js';
import { VideoFrames } from '#engine/copy/frames/video-frames.js';
import { seededRandom } from '#engine/lab/network/seeded-random.js';
import { copyTrack, PacketFeed, packetize, plainPicture } from '../../../fixtures/copy-packets.js';

/** Per codec; PLATEAU_MUTATED_PACKETS=1000000 takes a minute for each. */
const packets = Number(process.env['PLATEAU_MUTATED_PACKETS'] ?? 20_000);
const limitMs = 20_000 + packets;
const mostBytes = 20 * 1024 * 1024;

function sumOf({ begun, dropped, handedOver, open }: FrameCounts): number {
  return begun - handedOver - open - Object.values(dropped).reduce((sum, count) => sum + count, 0);
}

/** Changes bits, cuts, doubles or invents a payload; leaves half of them as they are. */
function mutated(payload: Buffer, random: () => number): Buffer {
  const choice = random();
  if (choice < 0.5) return payload;
  if (choice < 0.6) return payload.subarray(0, Math.floor(random() * payload.length));
  if (choice < 0.65)
    return Buffer.from(Array.from({ length: Math.floor(random() * 40) }, () => random() * 256));
  const copy = Buffer.from(payload);
  for (let count = 1 + Math.floor(random() * 8); count > 0; count -= 1) {
    // Most in the heads, where it hurts.
    copy[Math.floor(random() ** 4 * copy.length)] = Math.floor(random() * 256);
  }
  return copy;
}

describe.each(['vp8', 'vp9', 'h264', 'h265', 'av1'] as const)('mutated packets of %s', (codec) => {
  it(
    'never throw, never grow a buffer, and are accounted for',
    () => {
      const random = seededRandom(20_261_127);
      let handedOver = 0;
      let bytes = 0;
      let sentBytes = 0;
      const video = new VideoFrames({
        track: copyTrack(codec),
        onFrame: ({ data }) => {
          handedOver += 1;
          bytes += data.length;
        },
      });
      const feed = new PacketFeed(video, codec);
      let timestamp = 0xffff_0000;
      let fed = 0;
      let mostHeld = 0;
      while (fed < packets) {
        const isKey = random() < 0.2;
        timestamp = (timestamp + (random() < 0.9 ? 3_000 : Math.floor(random() * 0x1_0000_0000))) >>> 0;
        const payloads = packetize(codec, plainPicture(codec, isKey, Math.floor(1_200 + random() * 3_000)));
        for (const [index, payload] of payloads.entries()) {
          if (random() < 0.02) feed.lose(1 + Math.floor(random() * 3));
          const sent = mutated(payload, random);
          sentBytes += sent.length;
          feed.packet(sent, timestamp, {
            marker: random() < 0.03 ? random() < 0.5 : index === payloads.length - 1,
          });
          fed += 1;
        }
        mostHeld = Math.max(mostHeld, video.heldBytes);
        if (random() < 0.01) video.release();
      }
      video.end();
      expect(sumOf(video.counts)).toBe(0);
      expect(video.counts.handedOver).toBe(handedOver);
      // Some of them are still right, so that more than the refusals was tried.
      expect(handedOver).toBeGreaterThan(packets / 200);
      expect(mostHeld).toBeLessThan(mostBytes);
      // What is handed over is what came: nothing makes more out of it but parameter sets and lengths.
      expect(bytes).toBeLessThan(sentBytes * 1.5);
    },
    limitMs,
  );
});

describe.each(['opus', 'red'] as const)('mutated packets of %s', (codec: CopyCodec | 'red') => {
  it(
    'never throw, and are accounted for',
    () => {
      const random = seededRandom(7);
      let handedOver = 0;
      const audio = new AudioFrames({ track: copyTrack('opus'), onFrame: () => (handedOver += 1) });
      const feed = new PacketFeed(audio, codec);
      const frame = Buffer.concat([Buffer.from([0x78]), Buffer.alloc(80, 0x11)]);
      const red = Buffer.concat([
        Buffer.from([0x80 | 111, 960 >> 6, (960 & 63) << 2, 81, 111]),
        frame,
        frame,
      ]);
      for (let index = 0; index < packets; index += 1) {
        if (random() < 0.05) feed.lose();
        feed.packet(mutated(codec === 'red' ? red : frame, random), index * 960);
      }
      audio.end();
      expect(sumOf(audio.counts)).toBe(0);
      expect(handedOver).toBeGreaterThan(packets / 3);
    },
    limitMs,
  );
});
