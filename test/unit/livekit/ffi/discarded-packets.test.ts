import { expect, it } from 'vitest';
import { DiscardedPackets } from '#engine/livekit/ffi/discarded-packets.js';

/** A microphone that sends 20 ms of audio in each packet. */
class Microphone {
  readonly #discarded = new DiscardedPackets();
  #counted = { packetsReceived: 0, packetsDiscarded: 0, samplesEmitted: 0 };
  count = 0;

  /** Between two readings. @param more are thrown away */
  read(came: number, more: number, played = came): this {
    const { packetsDiscarded, packetsReceived, samplesEmitted } = this.#counted;
    this.#counted = {
      packetsReceived: packetsReceived + came,
      packetsDiscarded: packetsDiscarded + more,
      samplesEmitted: samplesEmitted + played * 960,
    };
    this.count = this.#discarded.read(this.#counted);
    return this;
  }

  times(count: number, ...figures: Parameters<Microphone['read']>): this {
    for (let index = 0; index < count; index += 1) this.read(...figures);
    return this;
  }
}

it.each([1, 2])('does not count the copies of redundant audio, %i with each packet', (copies) => {
  // As seen of Chromium’s RED (livekit-client’s default): one is thrown away for each packet but the first.
  const microphone = new Microphone().read(2, copies, 0).read(10, copies * 10, 3);
  expect(microphone.times(100, 10, copies * 10).count).toBe(0);
  // One may be thrown away in the reading behind.
  expect(microphone.read(10, copies * 10 - 1).read(10, copies * 10 + 1).count).toBe(0);
  // At times there are none, and later there are some again.
  expect(microphone.times(20, 10, 0).times(20, 10, copies * 10).count).toBe(0);
  // A line that stood still: all that waited comes at once, and is played later.
  expect(microphone.times(6, 0, 0, 0).read(70, copies * 70, 10).count).toBe(0);
});

it('counts the packets themselves that came too late, without copies', () => {
  const microphone = new Microphone().times(5, 10, 0);
  expect(microphone.read(10, 2, 8).count).toBe(2);
  // What a server held back for 4 s.
  expect(microphone.times(20, 0, 0, 0).read(200, 190, 10).count).toBe(192);
});

it('counts them with copies as well, which are as late', () => {
  const microphone = new Microphone().times(5, 10, 10);
  expect(microphone.times(20, 0, 0, 0).read(200, 380, 20).count).toBe(180);
});

it('goes on where a stream is counted anew', () => {
  const discarded = new DiscardedPackets();
  const read = (packetsReceived: number, packetsDiscarded: number): number =>
    discarded.read({
      packetsReceived,
      packetsDiscarded,
      samplesEmitted: (packetsReceived - packetsDiscarded) * 960,
    });
  read(100, 0);
  read(200, 30);
  expect(read(5, 0)).toBe(30);
  expect(read(105, 20)).toBe(50);
});
