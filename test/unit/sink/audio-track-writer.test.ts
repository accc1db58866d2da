import { describe, expect, it } from 'vitest';
import { isBalanced } from '../../../src-main/contract/drop-causes.js';
import { phaseJumpsOf } from '../../fixtures/phase-jumps.js';
import { frameMs, humHz, samplesPerFrame, started, upTo, Writer } from './audio-writer-under-test.js';

/** By how much the phase of a hum jumps at worst, in milliseconds. */
function worstPhaseJumpMs(samples: readonly number[]): number {
  const jumps = phaseJumpsOf(Int16Array.from(samples), humHz, () => true);
  return Math.max(...jumps.map(({ jumpMs }) => jumpMs));
}

describe('audio that goes on is written sample for sample', () => {
  it('begins where it belongs, and nothing is put in or cut out', () => {
    const test = started();
    test.frames(1000, 300);
    test.writer.end.set(4000);
    test.writer.close();
    // Played out at 1000, 60 ms after it came.
    expect(test.runs).toEqual([-940, ...upTo(1, 300)]);
    expect(test.correctionsMs).toEqual([]);
  });

  it('whatever jitter its arrivals have', () => {
    const test = started();
    for (let frame = 1; frame <= 3000; frame += 1) test.frame(1000 + frame * 10 + ((frame * 7919) % 97));
    expect(test.runs.slice(1)).toEqual(upTo(1, test.runs.length - 1));
    expect(test.correctionsMs).toEqual([]);
  });

  it('while its clock drifts by 300 ppm: three corrections in 100 s, which nobody hears', () => {
    const test = started();
    for (let frame = 1; frame <= 10_000; frame += 1) test.hum(1000 + (frame * 1.0003 - 1) * 10, 1);
    expect(test.correctionsMs.length).toBeLessThanOrEqual(3);
    for (const ms of test.correctionsMs) expect(Math.abs(ms)).toBeLessThanOrEqual(10);
    expect(worstPhaseJumpMs(test.samples.slice(48_000))).toBeLessThan(0.05);
  });

  it('while a reading of its delay is wrong', () => {
    const test = started();
    test.frames(1000, 300);
    test.writer.playoutDelay.aim(400);
    test.frames(4000, 20);
    test.writer.playoutDelay.aim(60);
    test.frames(4200, 20);
    expect(test.correctionsMs).toEqual([]);
  });

  it('and after its frames came late in a burst', () => {
    const test = started();
    test.frames(1000, 300);
    for (let frame = 0; frame < 40; frame += 1) test.frame(4400);
    test.frames(4400, 100);
    expect(test.runs.slice(1)).toEqual(upTo(1, test.runs.length - 1));
    expect(test.correctionsMs).toEqual([]);
    expect(isBalanced(test.accounting.snapshot())).toBe(true);
  });
});

describe('audio behind an encoder that has fallen behind', () => {
  it.each([250, 800])('is whole when its pipe is read each %d ms', (everyMs) => {
    const test = started();
    test.frames(1000, 200);
    test.isPipeFull = true;
    for (let frame = 1; frame <= 1000; frame += 1) {
      test.frame(3000 + frame * frameMs);
      if ((frame * frameMs) % everyMs === 0) test.readPipe();
    }
    test.isPipeFull = false;
    test.readPipe();
    test.writer.end.set(13_000);
    test.writer.close();
    expect(test.accounting.dropped.queueFull).toBe(0);
    expect(test.runs).toEqual([-940, ...upTo(1, 1200)]);
  });
});

describe('silence between two streams, the first of which has left frames that wait for their encoder', () => {
  const between = (end: (test: Writer) => void): Writer => {
    const test = started();
    test.frames(1000, 200);
    test.isPipeFull = true;
    test.frames(3000, 40);
    end(test);
    test.startStream(4000);
    test.isPipeFull = false;
    test.readPipe();
    test.frames(4000, 200);
    return test;
  };

  it('is no loss when the track had ended: who leaves and comes back has sent nothing', () => {
    const test = between(({ writer }) => {
      writer.streamEnded();
    });
    expect(test.runs.filter((run) => run < 0)).toEqual([-940, expect.any(Number)]);
    expect([test.gapsMs, test.writer.silence.lostMs]).toEqual([[], 0]);
  });

  it('is one when the same track goes on in another stream', () => {
    const test = between(({ writer }) => {
      writer.streamInterrupted('none');
    });
    expect(test.gapsMs).toHaveLength(1);
    expect(test.writer.silence.lostMs).toBeGreaterThan(500);
  });
});

it('lacks nothing of who comes right before the end, and of who delivers nothing only what was due since they came', () => {
  const lostOf = (cameMs: number, endMs: number): number => {
    const { clock, writer } = new Writer();
    let nowMs = 0;
    clock.elapsedMs = () => nowMs;
    for (nowMs = 0; nowMs <= endMs; nowMs += 100) {
      if (nowMs === cameMs) writer.streamStarted();
      writer.tick(nowMs);
    }
    writer.end.set(endMs);
    writer.close();
    return writer.silence.lostMs;
  };
  expect(lostOf(4_000, 4_000)).toBe(0);
  expect(lostOf(4_000, 9_000)).toBe(5_000);
});

describe('audio that stands in the wrong place is moved', () => {
  it('later, by whole periods of its wave that are repeated, and said', () => {
    const test = started();
    test.hum(1000, 300);
    test.writer.playoutDelay.aim(20);
    test.writer.playoutDelay.aim(20);
    test.hum(4000, 100);
    const movedMs = test.correctionsMs.reduce((sum, ms) => sum + ms, 0);
    expect(movedMs).toBeGreaterThan(25);
    expect(movedMs).toBeLessThan(55);
    expect(test.writer.timeline.corrections.count).toBe(test.correctionsMs.length);
    expect(test.correctionsMs.length).toBeLessThanOrEqual(3);
    // 4 seconds of hum, and what was repeated.
    expect(test.writtenAndQueuedMs).toBeCloseTo(940 + 4000 + movedMs, 3);
    expect(worstPhaseJumpMs(test.samples.slice(48_000))).toBeLessThan(0.05);
  });

  it('earlier, by whole periods that are left out', () => {
    const test = started();
    test.hum(1000, 300);
    test.writer.playoutDelay.aim(200);
    test.writer.playoutDelay.aim(200);
    test.hum(4000, 100);
    const movedMs = test.correctionsMs.reduce((sum, ms) => sum + ms, 0);
    expect(movedMs).toBeLessThan(-125);
    expect(test.writtenAndQueuedMs).toBeCloseTo(940 + 4000 + movedMs, 3);
    expect(worstPhaseJumpMs(test.samples.slice(48_000))).toBeLessThan(0.05);
    // Nothing is lost by it.
    expect(test.accounting.dropped.outOfOrder).toBe(0);
    expect(isBalanced(test.accounting.snapshot())).toBe(true);
  });

  it('cut when it is much too late', () => {
    const test = started();
    test.frames(1000, 300);
    test.writer.playoutDelay.aim(400);
    test.writer.playoutDelay.aim(400);
    test.frames(4000, 100);
    expect(test.correctionsMs).toEqual([-340]);
    expect(test.accounting.dropped.outOfOrder).toBe(34);
    expect(isBalanced(test.accounting.snapshot())).toBe(true);
  });

  /** A wave that never is like itself. */
  const noise = (): number => Math.round((Math.random() - 0.5) * 16_000);
  const noisy = (test: Writer, fromMs: number, count: number): void => {
    for (let frame = 1; frame <= count; frame += 1) {
      test.writer.offer((fromMs + frame * frameMs) * 1000, () => {
        const samples = Int16Array.from({ length: 2 * samplesPerFrame }, noise);
        return new Uint8Array(samples.buffer);
      });
    }
  };

  it('not at all by less than can be noticed, where its wave is not like itself', () => {
    const test = started();
    noisy(test, 1000, 300);
    for (let reading = 0; reading < 5; reading += 1) test.writer.playoutDelay.aim(32);
    noisy(test, 4000, 100);
    expect(test.correctionsMs).toEqual([]);
    test.writer.playoutDelay.aim(20);
    test.writer.playoutDelay.aim(20);
    noisy(test, 5000, 100);
    expect(test.correctionsMs).toHaveLength(1);
  });

  it('by 10 ms when it has stood so far off for a second, where nobody hears it', () => {
    const test = started();
    test.hum(1000, 300);
    for (let reading = 0; reading < 5; reading += 1) test.writer.playoutDelay.aim(50);
    test.hum(4000, 90);
    expect(test.correctionsMs).toEqual([]);
    test.hum(4900, 60);
    const movedMs = test.correctionsMs.reduce((sum, ms) => sum + ms, 0);
    expect(Math.abs(10 - movedMs)).toBeLessThanOrEqual(5);
    expect(worstPhaseJumpMs(test.samples.slice(48_000))).toBeLessThan(0.05);
  });

  it('not at all by 10 ms that have passed within a second, and not by 7 ms', () => {
    const test = started();
    test.frames(1000, 300);
    for (let reading = 0; reading < 5; reading += 1) test.writer.playoutDelay.aim(50);
    test.frames(4000, 90);
    for (let reading = 0; reading < 5; reading += 1) test.writer.playoutDelay.aim(67);
    test.frames(4900, 300);
    expect(test.correctionsMs).toEqual([]);
  });

  it('not at all by 10 ms, where its wave is not like itself', () => {
    const test = started();
    noisy(test, 1000, 300);
    for (let reading = 0; reading < 5; reading += 1) test.writer.playoutDelay.aim(50);
    noisy(test, 4000, 300);
    expect(test.correctionsMs).toEqual([]);
  });

  it('in silence, when there is some', () => {
    const test = started();
    noisy(test, 1000, 300);
    for (let reading = 0; reading < 5; reading += 1) test.writer.playoutDelay.aim(32);
    noisy(test, 4000, 50);
    expect(test.correctionsMs).toEqual([]);
    test.loudness = 0;
    test.frames(4500, 10);
    expect(test.correctionsMs.length).toBeGreaterThanOrEqual(1);
    expect(28 - test.correctionsMs.reduce((sum, ms) => sum + ms, 0)).toBeLessThanOrEqual(15);
  });
});

describe('frames that are missing', () => {
  it('are silence of their length', () => {
    const test = started();
    test.frames(1000, 300);
    test.frames(5500, 300);
    expect(test.runs.filter((run) => run < 0)).toEqual([-940, -1500]);
    expect(test.gapsMs).toEqual([1500]);
    expect(test.correctionsMs).toEqual([]);
  });

  it('are a gap of their whole length, also when silence was written before it was over', () => {
    const test = started();
    test.frames(1000, 300);
    for (let nowMs = 4_200; nowMs <= 12_000; nowMs += 200) test.writer.tick(nowMs);
    expect(test.gapsMs).toEqual([]);
    test.frames(12_000, 300);
    expect(test.gapsMs).toHaveLength(1);
    expect(Math.abs((test.gapsMs[0] ?? 0) - 8_000)).toBeLessThanOrEqual(10);
  });

  it('of a stream that is stale are not written at all', () => {
    const test = started();
    test.frames(1000, 300);
    // The process stood still for 3 s; what comes in a burst is concealment, and then what was 3 s ago.
    for (let frame = 0; frame < 20; frame += 1) test.frame(7000, 400);
    test.writer.streamInterrupted('kept');
    test.writer.streamStarted();
    test.writer.playoutDelay.aim(60);
    test.writer.playoutDelay.aim(60);
    for (let frame = 1; frame <= 100; frame += 1) test.frame(7400 + frame * 10, 500);
    expect(test.runs.filter((run) => run === 4_000)).toEqual([]);
    expect(test.runs.filter((run) => run < 0)).toEqual([-940, -3400]);
    expect(test.gapsMs).toEqual([3400]);
    expect(isBalanced(test.accounting.snapshot())).toBe(true);
  });
});

it('writes nothing of a stream that is given up, be it from before a pause of its own', () => {
  const test = new Writer();
  test.writer.streamStarted();
  test.frames(1000, 100);
  test.isPipeFull = true;
  test.frames(2000, 30);
  // The event loop was late: what is queued goes before what comes now.
  test.frames(2600, 5);
  const { handedMs } = test.writer;
  expect(test.accounting.snapshot().queued).toBeGreaterThan(8);
  test.writer.streamInterrupted('all');
  test.readPipe();
  expect(test.writer.handedMs).toBe(handedMs);
  expect(test.accounting.snapshot().queued).toBe(0);
});

describe('a pause of the take', () => {
  it('is cut out: what follows goes on right behind, sample for sample, and what came in it is counted', () => {
    const test = started();
    test.frames(1000, 100);
    // Played out 60 ms after it came: frames 101 to 106 were said before the pause.
    test.clock.elapsedMs = () => 2000;
    test.clock.pause();
    test.frames(2000, 300);
    test.clock.elapsedMs = () => 5000;
    test.clock.resume();
    test.frames(5000, 100);
    test.writer.end.set(3000);
    test.writer.close();
    const pausedFrames = test.accounting.dropped.paused;
    expect(pausedFrames).toBe(300);
    expect(test.runs.slice(1)).toEqual([...upTo(1, 106), ...upTo(407, 500)]);
    expect(test.gapsMs).toEqual([]);
    expect(test.correctionsMs).toEqual([]);
    expect(isBalanced(test.accounting.snapshot())).toBe(true);
    // What is on its way at the stop, as without a pause.
    expect(test.writer.silence.lostMs).toBe(60);
  });

  it('of any length, at any moment, and again and again moves nothing', () => {
    const test = started();
    const pausesMs = [
      [2003, 2007],
      [2300, 2500],
      [2511, 9003],
      [10_000, 10_200],
    ] as const;
    let nowMs = 0;
    test.clock.elapsedMs = () => nowMs;
    for (let frame = 1; frame <= 1200; frame += 1) {
      const fromMs = 1000 + frame * 10;
      for (const [pauseMs, resumeMs] of pausesMs) {
        nowMs = pauseMs;
        if (pauseMs > fromMs - 10 && pauseMs <= fromMs) test.clock.pause();
        nowMs = resumeMs;
        if (resumeMs > fromMs - 10 && resumeMs <= fromMs) test.clock.resume();
      }
      test.frame(fromMs);
    }
    nowMs = 13_100;
    test.writer.end.set(test.clock.nowMs());
    test.writer.close();
    // Frame 1 began at 940 ms of the room; where each of those that are in the file stands.
    const worstMs = Math.max(
      ...[1, 90, 130, 150, 900, 1100, 1190].flatMap((number) => {
        const at = test.file.indexOf(10 * number);
        const roomMs = 940 + 10 * (number - 1);
        return at === -1 ? [] : [Math.abs(at - test.clock.cut(roomMs))];
      }),
    );
    expect(worstMs).toBeLessThanOrEqual(5);
    expect(test.accounting.dropped.outOfOrder).toBe(0);
    expect(test.runs.slice(1).filter((run) => run < 0).length).toBe(0);
    expect(isBalanced(test.accounting.snapshot())).toBe(true);
  });

  it('in which another stream of the track begins leaves neither silence nor a loss', () => {
    const test = started();
    test.frames(1000, 100);
    test.pause(2000, 5000);
    test.writer.streamStarted();
    test.writer.playoutDelay.aim(60);
    test.writer.playoutDelay.aim(60);
    test.frames(5000, 100);
    test.writer.end.set(3000);
    test.writer.close();
    expect(test.accounting.dropped.outOfOrder).toBe(0);
    // On its way at the pause, when the stream was replaced, and at the stop.
    expect(test.writer.silence.lostMs).toBeLessThanOrEqual(120);
    expect(test.file.indexOf(10 * 110) - 2000).toBeLessThanOrEqual(50);
  });
});

it('a frame that comes after the stop is no loss, however far behind the encoder is', () => {
  const test = new Writer();
  for (let arrivalMs = 10; arrivalMs <= 1_000; arrivalMs += 10) test.frame(arrivalMs);
  test.isPipeFull = true;
  for (let arrivalMs = 1_010; arrivalMs <= 4_000; arrivalMs += 10) test.frame(arrivalMs);
  const { queueFull } = test.accounting.dropped;
  expect(queueFull).toBeGreaterThan(150);
  test.writer.end.set(4_000);
  for (let arrivalMs = 4_010; arrivalMs <= 9_000; arrivalMs += 10) test.frame(arrivalMs);
  // What was on its way at the stop stands before it: 45 ms.
  expect(test.accounting.dropped.queueFull - queueFull).toBeLessThanOrEqual(6);
  expect(test.accounting.dropped.notRecording).toBeGreaterThanOrEqual(494);
  expect(test.writer.end.isPassed).toBe(true);
});

it('a frame that comes after the stop is no loss: its place is filled up to the end', () => {
  const test = new Writer();
  for (let arrivalMs = 10; arrivalMs <= 2_000; arrivalMs += 10) test.frame(arrivalMs);
  test.writer.end.set(2_000);
  test.writer.close();
  for (let arrivalMs = 2_010; arrivalMs <= 2_080; arrivalMs += 10) test.frame(arrivalMs);
  test.writer.tick(2_100);
  const { dropped, queued } = test.accounting;
  expect(queued).toBe(0);
  expect(dropped).toMatchObject({ outOfOrder: 0 });
  expect(dropped.notRecording).toBeGreaterThan(0);
  expect(isBalanced(test.accounting)).toBe(true);
});
