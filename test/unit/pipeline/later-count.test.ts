import { describe, expect, it } from 'vitest';
import { LaterCount } from '../../../src-main/pipeline/later-count.js';

const packetMs = 20;
const samplesPerMs = 48;

/** What WebRTC counts of a microphone whose buffer holds 100 ms, asked each 200 ms. */
class Microphone {
  readonly count = new LaterCount();
  #received = 500;
  #lost = 0;
  #discarded = 0;
  #emittedMs = 500 * packetMs - 100;
  #concealedMs = 0;
  #stretchedMs = 0;

  constructor() {
    this.ask();
  }

  /** 200 ms go by. */
  passes(of: {
    came?: number;
    lost?: number;
    discarded?: number;
    madeUpMs?: number;
    stretchedMs?: number;
  }): this {
    const { came = 10, discarded = 0, lost = 0, madeUpMs = 0, stretchedMs = 0 } = of;
    this.#received += came;
    this.#lost += lost;
    this.#discarded += discarded;
    this.#concealedMs += madeUpMs;
    this.#stretchedMs += stretchedMs;
    this.#emittedMs += 200 - madeUpMs - stretchedMs;
    return this;
  }

  ask(): number | null {
    return this.count.read({
      packetsReceived: this.#received,
      packetsLost: this.#lost,
      arrivals: { packetsDiscarded: this.#discarded },
      samplesEmitted: this.#emittedMs * samplesPerMs,
      concealedSamples: this.#concealedMs * samplesPerMs,
      stretchedSamples: this.#stretchedMs * samplesPerMs,
    });
  }
}

describe('by how much what is played out has become later', () => {
  it('is what was made up for packets that came after all', () => {
    const microphone = new Microphone();
    expect(microphone.passes({ came: 5 }).ask()).toBe(0);
    expect(microphone.passes({ came: 5, madeUpMs: 100 }).ask()).toBe(0);
    expect(microphone.passes({ came: 20 }).ask()).toBe(100);
    expect(microphone.passes({}).ask()).toBe(100);
  });

  it('is nothing for silence that is not transmitted, however long', () => {
    const microphone = new Microphone();
    // The buffer empties, and then plays what comes of it: a packet each 400 ms.
    microphone.passes({ came: 0, madeUpMs: 100 }).ask();
    for (let second = 0; second < 5; second += 1) {
      for (const came of [1, 0, 1, 0, 0]) microphone.passes({ came, madeUpMs: 200 - came * packetMs }).ask();
    }
    // It fills again before it plays.
    microphone.passes({ came: 10, madeUpMs: 100 });
    expect(microphone.ask()).toBe(0);
    expect(microphone.passes({}).ask()).toBe(0);
  });

  it('is nothing for packets that were lost, or came too late to be played', () => {
    const microphone = new Microphone();
    expect(microphone.passes({ came: 7, lost: 3, madeUpMs: 60 }).ask()).toBe(0);
    expect(microphone.passes({ came: 7, madeUpMs: 60 }).ask()).toBe(0);
    expect(microphone.passes({ came: 13, discarded: 3 }).ask()).toBe(0);
  });

  it('is what was put in, less what was left out, at once', () => {
    const microphone = new Microphone();
    expect(microphone.passes({ stretchedMs: -30 }).ask()).toBe(-30);
    expect(microphone.passes({ stretchedMs: 10 }).ask()).toBe(-20);
  });

  it('is not moved by packets that come unevenly', () => {
    const microphone = new Microphone();
    for (const came of [8, 12, 7, 13, 10]) expect(microphone.passes({ came }).ask()).toBe(0);
  });

  it('is told once: what is known by other means is no news', () => {
    const microphone = new Microphone();
    microphone.passes({ came: 0, madeUpMs: 100 }).ask();
    microphone.count.explained();
    expect(microphone.passes({ came: 20 }).ask()).toBe(0);
    expect(microphone.passes({}).ask()).toBe(0);
  });

  it('goes on from where it was when the counts begin anew', () => {
    const microphone = new Microphone();
    microphone.passes({ came: 0, madeUpMs: 100 }).passes({ came: 20 });
    expect(microphone.ask()).toBe(100);
    const figures = { packetsReceived: 3, packetsLost: 0, samplesEmitted: 0, concealedSamples: 0 };
    expect(microphone.count.read({ ...figures, stretchedSamples: 0 })).toBe(100);
    expect(microphone.count.read(figures)).toBe(null);
  });
});
