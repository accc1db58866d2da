import { describe, expect, it } from 'vitest';
import { HeldBack } from '../../../src-main/pipeline/held-back.js';

/** A track whose figures are read again and again. */
class Sent {
  readonly heldBack = new HeldBack();
  readonly #unitMs: number;
  #nowMs = 10_000;
  #lastMs = 10_000;
  #received = 0;

  constructor(unitMs: number) {
    this.#unitMs = unitMs;
  }

  get nowUs(): number {
    return this.#nowMs * 1000;
  }

  /** So many come in that time, and a reading follows. */
  sends(count: number, ms = 250): this {
    this.#nowMs += ms;
    if (count > 0) this.#lastMs = this.#nowMs;
    this.#received += count;
    return this.#read();
  }

  /** In time, for so long. */
  goesOn(ms: number, every = this.#unitMs): this {
    for (let passedMs = 0; passedMs < ms; passedMs += 500) this.sends(Math.round(500 / every), 500);
    return this;
  }

  /** Nothing comes. */
  isSilent(ms: number): this {
    for (let passedMs = 0; passedMs < ms; passedMs += 250) this.sends(0);
    return this;
  }

  #read(): this {
    this.heldBack.read({
      askedAtUs: this.nowUs,
      readAtMs: this.#nowMs,
      lastPacketAtMs: this.#lastMs,
      received: this.#received,
      unitMs: this.#unitMs,
    });
    return this;
  }
}

const microphone = (): Sent => new Sent(20);
const camera = (): Sent => new Sent(1000 / 60);

describe('what was held back and comes at once', () => {
  it('behind a standstill of this process is no such thing, for ten seconds', () => {
    const sent = microphone().goesOn(3_000).isSilent(2_000);
    sent.heldBack.stoodStill(sent.nowUs);
    expect(sent.heldBack.isQuiet).toBe(false);
    expect(sent.sends(150).goesOn(9_500).isSilent(1_500).heldBack.isQuiet).toBe(true);
    const sinceUs = sent.nowUs - 1_500_000;
    expect(sent.sends(110).heldBack.sinceUs).toBe(sinceUs);
  });

  it.each([2_000, 4_000, 8_000])('is out of time since its last packet before a stop of %i ms', (ms) => {
    const sent = microphone().goesOn(3_000);
    const sinceUs = sent.nowUs;
    expect(sent.isSilent(ms).heldBack.sinceUs).toBeNull();
    expect(sent.sends(ms / 20 + 12).heldBack.sinceUs).toBe(sinceUs);
  });

  it('is known when a fifth of it comes, for the rest did not fit', () => {
    const sent = microphone().goesOn(3_000).isSilent(8_000).sends(80);
    expect(sent.heldBack.sinceUs).not.toBeNull();
  });

  it('may come over three readings', () => {
    const sent = microphone().goesOn(3_000).isSilent(2_000).sends(15).sends(20);
    expect(sent.heldBack.sinceUs).toBeNull();
    expect(sent.sends(45).heldBack.sinceUs).not.toBeNull();
  });

  it('is known of a camera by its frames', () => {
    const sent = camera().goesOn(3_000, 33).isSilent(2_000).sends(68);
    expect(sent.heldBack.sinceUs).not.toBeNull();
  });

  it('is over with a fresh stream', () => {
    const sent = microphone().goesOn(3_000).isSilent(2_000).sends(110);
    sent.heldBack.restart();
    expect(sent.goesOn(3_000).heldBack.sinceUs).toBeNull();
  });

  it('sets back whatever else its sender sends', () => {
    const [stalled, healthy] = [camera(), camera()];
    stalled.goesOn(3_000, 67).isSilent(2_000).sends(34);
    stalled.heldBack.join();
    expect(stalled.heldBack.sinceUs).not.toBeNull();
    expect(stalled.heldBack.isOwn).toBe(true);
    const paused = camera().goesOn(3_000, 33).isSilent(2_000).sends(7);
    paused.heldBack.join();
    expect([paused.heldBack.sinceUs !== null, paused.heldBack.isOwn]).toEqual([true, false]);
    healthy.goesOn(6_000, 67).heldBack.join();
    expect(healthy.heldBack.sinceUs).toBeNull();
  });
});

describe('nothing was held back', () => {
  it('of a sender that pauses, and goes on as before', () => {
    expect(microphone().goesOn(3_000).isSilent(4_000).goesOn(4_000).heldBack.sinceUs).toBeNull();
  });

  it('of packets that were lost', () => {
    expect(microphone().goesOn(3_000).isSilent(4_000).sends(12).goesOn(4_000).heldBack.sinceUs).toBeNull();
  });

  it('of silence that is not transmitted, and speech behind it', () => {
    const sent = microphone();
    for (let packet = 0; packet < 10; packet += 1) sent.isSilent(250).sends(1, 150);
    expect(sent.goesOn(3_000).heldBack.sinceUs).toBeNull();
  });

  it('of a screen that stood still, and moves at 60 frames a second', () => {
    expect(camera().goesOn(1_000).isSilent(10_000).goesOn(5_000).heldBack.sinceUs).toBeNull();
  });

  it('by half a second, which a jitter buffer catches up with', () => {
    expect(microphone().goesOn(3_000).isSilent(500).sends(37).goesOn(2_000).heldBack.sinceUs).toBeNull();
  });

  it('of a figure that was read a second before, while this process stood still', () => {
    expect(microphone().goesOn(3_000).sends(200, 4_000).goesOn(2_000).heldBack.sinceUs).toBeNull();
  });

  it('of who has been muted for a minute', () => {
    expect(microphone().goesOn(3_000).isSilent(60_000).sends(100).heldBack.sinceUs).toBeNull();
  });
});

it('is asked often while nothing comes, and not of who has long left', () => {
  const sent = microphone().goesOn(3_000);
  expect(sent.heldBack.isQuiet).toBe(false);
  expect(sent.isSilent(500).heldBack.isQuiet).toBe(true);
  expect(sent.isSilent(30_000).heldBack.isQuiet).toBe(false);
});
