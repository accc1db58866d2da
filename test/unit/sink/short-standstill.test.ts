import { describe, expect, it } from 'vitest';
import { isBalanced } from '../../../src-main/contract/drop-causes.js';
import { samplesPerFrame, started, upTo, type Writer } from './audio-writer-under-test.js';

describe('a standstill that is so short that the track goes on', () => {
  /** Whoever asked WebRTC then. @param concealed frames of 10 ms that it has made up, of all that it has played out */
  function counted(test: Writer, atMs: number, played: number, concealed: number, received = played): void {
    const samplesEmitted = (played - concealed) * samplesPerFrame;
    const concealedSamples = concealed * samplesPerFrame;
    const packets = { packetsReceived: received / 2, packetsLost: 0 };
    test.writer.late.read({ ...packets, samplesEmitted, concealedSamples, askedAtUs: atMs * 1000 });
  }

  /**
   * 400 ms: four frames that WebRTC held, what it made up, and then what came meanwhile, later by that.
   *
   * @param answeredMs how long after it WebRTC's answer is there
   */
  function stoodStill(test: Writer, received = 344, answeredMs = 120): void {
    test.frames(1000, 300);
    counted(test, 3900, 290, 0, 294);
    for (let frame = 0; frame < 4; frame += 1) test.frame(4401, 301 + frame);
    for (let frame = 0; frame < 36; frame += 1) test.frame(4401, 36 - frame);
    const answeredAt = answeredMs / 10;
    for (let frame = 1; frame <= answeredAt; frame += 1) test.frame(4400 + frame * 10, 304 + frame);
    // Asked before the standstill, and answered behind it: without the burst.
    counted(test, 3995, 300, 0, 304);
    counted(test, 4450, 345, 36, received);
    for (let frame = answeredAt + 1; frame <= 400; frame += 1) {
      test.frame(4400 + frame * 10, 304 + frame);
      // When the process received what had waited, which says nothing of when it came.
      if (frame === 40 || frame === 60) test.writer.playoutDelay.aim(frame * 5);
    }
  }

  it('costs nothing: what was made up is left out, and the sound goes on where it was', () => {
    const test = started();
    stoodStill(test);
    expect(test.runs.slice(1)).toEqual(upTo(1, test.runs.length - 1));
    expect(test.runs.length).toBeGreaterThan(690);
    expect(test.gapsMs).toEqual([]);
    expect(test.correctionsMs).toEqual([]);
    expect(test.writer.silence.lostMs).toBe(0);
    expect(test.accounting.dropped.madeUp).toBe(36);
    expect(test.writer.playoutDelay.ms).toBe(420);
    expect(isBalanced(test.accounting.snapshot())).toBe(true);
  });

  it('costs as little on a machine that is so busy that the answer of WebRTC comes half a second later', () => {
    const test = started();
    stoodStill(test, 344, 550);
    expect(test.runs.slice(1)).toEqual(upTo(1, test.runs.length - 1));
    expect(test.gapsMs).toEqual([]);
    expect(test.accounting.dropped.madeUp).toBe(36);
    expect(test.writer.playoutDelay.ms).toBe(420);
  });

  it('costs as little when the buffer held all of it since the one before', () => {
    const test = started();
    stoodStill(test);
    const played = 345 + 355;
    counted(test, 8400, played + 35, 36, 344 + 390);
    // The stop takes 400 ms, and everything that was due in it was held.
    const first = 304 + 400 + 1;
    for (let frame = 0; frame < 40; frame += 1) test.frame(8801, first + frame);
    for (let frame = 1; frame <= 10; frame += 1) test.frame(8800 + frame * 10, first + 39 + frame);
    counted(test, 8850, played + 35 + 45, 36, 344 + 390 + 45);
    for (let frame = 11; frame <= 200; frame += 1) {
      test.frame(8800 + frame * 10, first + 39 + frame);
      if (frame % 20 === 0) test.writer.playoutDelay.aim(Math.min(420, frame * 10 - 60));
    }
    expect(test.runs.slice(1)).toEqual(upTo(1, test.runs.length - 1));
    expect(test.correctionsMs).toEqual([]);
    expect(test.writer.silence.lostMs).toBe(0);
    expect(isBalanced(test.accounting.snapshot())).toBe(true);
  });

  it('waits with what follows until it is told how long it was delayed', () => {
    const test = started();
    const frame = test.frame.bind(test);
    test.frame = (arrivalMs, number): void => {
      test.clock.elapsedMs = () => arrivalMs;
      frame(arrivalMs, number);
    };
    stoodStill(test);
    const heldMs = test.accounting.snapshot().queued * 10;
    expect(heldMs).toBeGreaterThanOrEqual(390);
    expect(heldMs).toBeLessThanOrEqual(440);
    expect(test.accounting.dropped.queueFull).toBe(0);
    // At the end nothing is waited for.
    test.writer.end.set(9_000);
    test.writer.close();
    expect(test.accounting.snapshot().queued).toBe(0);
  });

  it('leaves in what nobody has sent', () => {
    const test = started();
    // Silence that is not transmitted.
    stoodStill(test, 302);
    expect(test.accounting.dropped.madeUp).toBe(0);
    expect(test.writer.playoutDelay.ms).toBe(60);
  });

  it.each([
    ['long before', 1_200],
    ['only behind it, for it is at the very beginning', 3_900],
  ])('takes packets that no key fits for none that wait, which is known %s', (_, askedFromMs) => {
    const test = started();
    const usualMs = 45;
    // WebRTC makes up all that it plays out.
    const answer = (atMs: number): void => {
      const frames = (atMs - 1_000) / 10;
      counted(test, atMs, frames, frames);
    };
    test.frames(1000, 300);
    for (let atMs = askedFromMs; atMs < 4_000; atMs += 200) answer(atMs);
    for (let frame = 0; frame < 40; frame += 1) test.frame(4401, 301 + frame);
    test.frames(4400, 12);
    answer(4_450);
    if (askedFromMs < 3_000) expect(test.accounting.dropped.madeUp).toBe(0);
    test.frames(4520, 200);
    for (let atMs = 4_650; atMs < 6_500; atMs += 200) answer(atMs);
    expect(test.writer.playoutDelay.ms).toBe(usualMs);
  });
});
