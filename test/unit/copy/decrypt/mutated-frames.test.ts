import { beforeAll, describe, expect, it } from 'vitest';
import { readMediaKeys } from '#engine/contract/media-keys.js';
import type { FrameDecryption } from '#engine/copy/contract.js';
import { RoomDecryption } from '#engine/copy/decrypt/room-decryption.js';
import { VideoFrames } from '#engine/copy/frames/video-frames.js';
import { seededRandom } from '#engine/lab/network/seeded-random.js';
import { copyTrack, PacketFeed, packetize, plainPicture } from '../../../fixtures/copy-packets.js';
import { FrameEncryptor, sealedPayloads } from '../../../fixtures/encrypted-frames.js';

const passphrase = 'correct horse battery staple';
/** Per codec; PLATEAU_MUTATED_PACKETS=1000000 takes some minutes for each. */
const packets = Number(process.env['PLATEAU_MUTATED_PACKETS'] ?? 8_000);
const limitMs = 20_000 + packets;
const mostBytes = 20 * 1024 * 1024;
const pictures = 40;

let decryption: FrameDecryption;
let encryptor: FrameEncryptor;

beforeAll(async () => {
  const keys = readMediaKeys(passphrase);
  if (keys === null) throw new Error('There is no key.');
  decryption = (await RoomDecryption.from(keys)).of('ada', () => Buffer.from('a trailer of the server'));
  encryptor = await FrameEncryptor.with({ passphrase });
});

function mutated(payload: Buffer, random: () => number): Buffer {
  const choice = random();
  if (choice < 0.7) return payload;
  if (choice < 0.8) return payload.subarray(0, Math.floor(random() * payload.length));
  const copy = Buffer.from(payload);
  // Half of them at the end, where the key's index and the lengths stand.
  const at = Math.floor(random() ** 4 * copy.length);
  copy[random() < 0.5 ? at : copy.length - 1 - at] = Math.floor(random() * 256);
  return copy;
}

describe.each(['vp8', 'vp9', 'h264', 'h265'] as const)('mutated encrypted packets of %s', (codec) => {
  it(
    'never throw and never grow a buffer, and what is handed over of them is what was encoded',
    async () => {
      const random = seededRandom(20_261_128);
      const sent: Buffer[][] = [];
      const known = new Set<string>();
      const plain = new VideoFrames({
        track: copyTrack(codec),
        onFrame: ({ data }) => known.add(data.toString('base64')),
      });
      const plainFeed = new PacketFeed(plain, codec);
      for (let index = 0; index < pictures; index += 1) {
        const picture = plainPicture(codec, index % 5 === 0, 1_200 + Math.floor(random() * 3_000));
        sent.push(await sealedPayloads(encryptor, codec, picture));
        plainFeed.picture(packetize(codec, picture), index * 3_000);
      }
      plain.end();
      let strangers = 0;
      const video = new VideoFrames({
        track: { ...copyTrack(codec), decryption },
        onFrame: ({ data }) => (strangers += known.has(data.toString('base64')) ? 0 : 1),
      });
      const feed = new PacketFeed(video, codec);
      let mostHeld = 0;
      for (let fed = 0, index = 0; fed < packets; index += 1) {
        const payloads = sent[index % sent.length] ?? [];
        for (const [place, payload] of payloads.entries()) {
          if (random() < 0.01) feed.lose();
          const marker = random() < 0.02 ? random() < 0.5 : place === payloads.length - 1;
          feed.packet(mutated(payload, random), (index * 3_000) >>> 0, { marker });
          fed += 1;
        }
        mostHeld = Math.max(mostHeld, video.heldBytes);
      }
      video.end();
      const { begun, dropped, handedOver, open } = video.counts;
      const causes = Object.values(dropped).reduce((sum, count) => sum + count, 0);
      expect(begun - handedOver - open - causes).toBe(0);
      // Some are still right, and some are not, so that both were tried.
      expect(handedOver).toBeGreaterThan(packets / 200);
      expect(dropped.notDecrypted).toBeGreaterThan(packets / 200);
      expect(strangers).toBe(0);
      expect(mostHeld).toBeLessThan(mostBytes);
    },
    limitMs,
  );
});
