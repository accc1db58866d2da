import { describe, expect, it } from 'vitest';
import { copyAccountSchema, unaccountedCopies } from '#engine/contract/copy-account.js';
import { dropCauses, lostFrames, unaccountedFrames } from '#engine/contract/drop-causes.js';
import { lostPackets } from '#engine/contract/loss-account.js';
import { LineTally } from '#engine/copy/file/line-counts.js';
import { type FrameDropCause, FrameTally } from '#engine/copy/frames/encoded-frame.js';
import { noWindowCounts, type WindowCounts } from '#engine/copy/rtp/packet-counts.js';
import { accountOf, type CountedStream } from '#engine/copy/take/copy-account.js';

const frameCauses = Object.keys(new FrameTally().count(0).dropped) as FrameDropCause[];

/** A stream of which one frame was dropped by each cause, one is open, one waits, and ten are written. */
function stream(packets: Partial<WindowCounts> = {}, recovered = 0): CountedStream {
  const frames = new FrameTally();
  for (const cause of frameCauses) {
    frames.begun += 1;
    frames.drop(cause);
  }
  const line = new LineTally();
  line.written = 10;
  line.writtenMs = 200;
  for (const cause of ['writerFull', 'awaitingKey', 'otherCodec', 'late', 'outside'] as const)
    line.drop(cause);
  line.handedOver = 10 + 5 + 1;
  frames.handedOver = line.handedOver;
  frames.begun += frames.handedOver + 1;
  frames.recovered = recovered;
  return { packets: { ...noWindowCounts, ...packets }, frames: frames.count(1), line: line.count(1) };
}

describe('the account of a copied file', () => {
  it('adds up, whatever became of a frame, in the manifest’s causes and in its own sums', () => {
    const { audio, copy, video } = accountOf(stream(), stream());
    expect(copyAccountSchema.parse(copy)).toEqual(copy);
    expect(unaccountedFrames(video)).toBe(0);
    expect(unaccountedFrames(audio)).toBe(0);
    expect(unaccountedCopies(copy.video) + unaccountedCopies(copy.audio)).toBe(0);
    expect(video.received).toBe(copy.video.frames.begun);
    expect(video).toMatchObject({ written: 10, queued: 2 });
    // Packets of 20 ms are two frames of 10 ms.
    expect(audio).toMatchObject({ written: 20, queued: 4, received: 2 * video.received });
  });

  it('calls lost what should be in the file, and nothing else', () => {
    const { video } = accountOf(stream(), stream());
    // packetLost, awaitingKey twice, malformed, notDecrypted, tooLarge, repeated, writerFull, otherCodec, late
    expect(lostFrames(video.dropped)).toBe(10);
    expect(video.dropped).toMatchObject({
      ...{
        packetLost: 1,
        awaitingKey: 2,
        undecodable: 2,
        otherCodec: 1,
        notDecrypted: 1,
        diskBehind: 1,
        outOfOrder: 1,
        tooLate: 1,
      },
      ...{ superseded: 4, endOfTrack: 1, notRecording: 1 },
    });
    expect(dropCauses.superseded.isLoss).toBe(false);
  });

  it('has packets by cause, and takes off what redundancy brought back of audio', () => {
    const lost = { expired: 3, windowFull: 1, jump: 0, beforeKeyFrame: 2, ended: 1 };
    const packets = { expected: 100, received: 80, recovered: 13, lost };
    const { copy } = accountOf(stream(packets), stream(packets, 5));
    expect(unaccountedCopies(copy.video)).toBe(0);
    expect(lostPackets(copy)).toBe(7 + 2);
    const off = { ...copy.video, packets: { ...copy.video.packets, received: 79 } };
    expect(unaccountedCopies(off)).toBe(1);
  });
});
