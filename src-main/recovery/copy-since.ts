import type { CopyAccount, CopyStream } from '../contract/copy-account.js';

/** What was counted of a file since its earlier parts: telemetry counts a take from its beginning. */
export function copySince(counted: CopyAccount, earlier: readonly CopyAccount[]): CopyAccount {
  return {
    video: streamSince(
      counted.video,
      earlier.map(({ video }) => video),
    ),
    audio: streamSince(
      counted.audio,
      earlier.map(({ audio }) => audio),
    ),
  };
}

function streamSince({ frames, packets }: CopyStream, earlier: readonly CopyStream[]): CopyStream {
  const less = (value: number, of: (one: CopyStream) => number): number =>
    Math.max(0, value - earlier.reduce((sum, one) => sum + of(one), 0));
  const lost = {
    expired: less(packets.lost.expired, (one) => one.packets.lost.expired),
    windowFull: less(packets.lost.windowFull, (one) => one.packets.lost.windowFull),
    jump: less(packets.lost.jump, (one) => one.packets.lost.jump),
    beforeKeyFrame: less(packets.lost.beforeKeyFrame, (one) => one.packets.lost.beforeKeyFrame),
    ended: less(packets.lost.ended, (one) => one.packets.lost.ended),
  };
  const received = less(packets.received, (one) => one.packets.received);
  const recovered = less(packets.recovered, (one) => one.packets.recovered);
  const written = less(frames.written, (one) => one.frames.written);
  const dropped = less(frames.dropped, (one) => one.frames.dropped);
  const { missing } = packets;
  const { queued } = frames;
  return {
    packets: {
      // Parts that are older than their last manifest must not leave it unbalanced.
      expected: received + recovered + missing + Object.values(lost).reduce((sum, count) => sum + count, 0),
      ...{ received, recovered, lost, missing },
    },
    frames: {
      ...{ begun: written + dropped + queued, written, dropped, queued },
      redundant: less(frames.redundant, (one) => one.frames.redundant),
      lowerLayer: less(frames.lowerLayer, (one) => one.frames.lowerLayer),
      filled: less(frames.filled, (one) => one.frames.filled),
    },
  };
}
