import { describe, expect, it } from 'vitest';
import type { FrameLossFigures } from '../../../src-main/pipeline/loss-evidence.js';
import { MissedFrames } from '../../../src-main/pipeline/missed-frames.js';

/** A row of numbers between 0 and 1 that looks random and is the same each time. */
function* noise(): Generator<number, never> {
  let seed = 11;
  for (;;) {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    yield seed / 2_147_483_648;
  }
}

/** Time stamps of a source that changes its rate: pairs of frames per second and seconds. */
function timesOf(...rates: readonly (readonly [fps: number, seconds: number])[]): number[] {
  const times: number[] = [];
  let ms = 1000;
  for (const [fps, seconds] of rates) {
    for (let frame = 0; frame < fps * seconds; frame += 1) times.push((ms += 1000 / fps));
  }
  return times;
}

function missedOf(times: readonly number[]): number {
  const missed = new MissedFrames();
  for (const time of times) missed.add(time);
  missed.stop();
  return missed.count;
}

const everyMs = (times: readonly number[], jitterMs: number): number[] => {
  const random = noise();
  return times.map((time) => time + (random.next().value - 0.5) * jitterMs);
};

describe('a source that changes its own rate has missed nothing', () => {
  it.each([
    ['30 to 15', timesOf([30, 10], [15, 10])],
    ['60 to 30', timesOf([60, 10], [30, 10])],
    ['30 to 7.5 and back', timesOf([30, 5], [7.5, 6], [30, 5])],
    ['30 to 5 to 1', timesOf([30, 5], [5, 8], [1, 20])],
    ['simulcast layers of 20 and 30', timesOf([20, 3], [30, 3], [20, 3], [30, 3])],
    ['half a frame a second', timesOf([0.5, 60])],
    ['0.9 frames a second', timesOf([0.9, 60])],
    ['30 with jitter', everyMs(timesOf([30, 20]), 20)],
    ['30 to 15 with jitter', everyMs(timesOf([30, 10], [15, 10]), 12)],
    [
      'a camera that slows down in the dark',
      timesOf([30, 3], [27, 2], [24, 2], [20, 2], [15, 2], [12, 3], [10, 4]),
    ],
  ])('%s', (_name, times) => {
    expect(missedOf(times)).toBe(0);
  });

  it('and one without a rate, as a screen that is sent when it changes, neither', () => {
    const random = noise();
    let ms = 0;
    expect(missedOf(Array.from({ length: 600 }, () => (ms += 20 + 980 * random.next().value ** 2)))).toBe(0);
  });
});

describe('frames that are gone are counted', () => {
  it.each([0.01, 0.05, 0.2, 0.35])('%d of them at random, within a tenth', (share) => {
    const random = noise();
    const all = everyMs(timesOf([30, 60]), 6);
    const came = all.filter(
      (_, index) => index === 0 || index === all.length - 1 || random.next().value >= share,
    );
    const gone = all.length - came.length;
    expect(Math.abs(missedOf(came) - gone)).toBeLessThanOrEqual(0.1 * gone + 1);
  });

  it('every fifth of them', () => {
    expect(missedOf(timesOf([30, 30]).filter((_, index) => index % 5 !== 3))).toBe(180);
  });

  it('before, while and after the source changes its rate', () => {
    const times = timesOf([30, 10], [15, 10], [30, 10]);
    expect(missedOf(times.filter((_, index) => ![100, 200, 350, 351, 352, 600].includes(index)))).toBe(6);
  });

  it('in one long gap', () => {
    expect(missedOf(timesOf([30, 20]).filter((_, index) => index < 200 || index >= 300))).toBe(100);
  });

  it('and where they are, once', () => {
    const missed = new MissedFrames();
    for (const time of [...timesOf([30, 4]), ...timesOf([30, 4]).map((ms) => ms + 5_000)]) missed.add(time);
    missed.stop();
    const found = missed
      .drain()
      .map(({ fromMs, lost, toMs, total }) => [Math.round(fromMs), Math.round(toMs), lost, total]);
    expect(found).toEqual([[5_000, 6_033, 30, 30]]);
    expect(missed.drain()).toEqual([]);
  });

  it('near the beginning and the end', () => {
    expect(missedOf(timesOf([30, 2]).filter((_, index) => index !== 2 && index !== 57))).toBe(2);
  });

  it('while a track is off, none', () => {
    const missed = new MissedFrames();
    for (const time of timesOf([30, 5])) missed.add(time);
    missed.stop();
    for (const time of timesOf([30, 5])) missed.add(time + 20_000);
    missed.stop();
    expect(missed.count).toBe(0);
  });
});

describe('a track that was away with the connection', () => {
  it('would have sent as many frames as it did before, but for those that are known', () => {
    const missed = new MissedFrames();
    for (const time of timesOf([30, 2], [15, 5])) missed.add(time);
    missed.stop();
    expect(missed.away(10_000, 20)).toBe(130);
    expect(missed.count).toBe(130);
    expect(missed.away(1_000, 400)).toBe(0);
  });

  it('had the rate that it had before a burst, or a few frames', () => {
    const missed = new MissedFrames();
    for (const time of timesOf([30, 5])) missed.add(time);
    missed.stop();
    for (let time = 20_000; time < 20_030; time += 1) missed.add(time);
    missed.stop();
    for (const time of [30_000, 30_500, 31_000]) missed.add(time);
    missed.stop();
    expect(missed.away(2_000, 0)).toBe(60);
  });

  it('would have sent nobody knows how many where it had no rate', () => {
    const missed = new MissedFrames();
    expect(missed.away(10_000, 0)).toBe(0);
    const random = noise();
    let time = 0;
    for (let frame = 0; frame < 40; frame += 1) missed.add((time += 10 + random.next().value * 2_000));
    missed.stop();
    expect(missed.away(10_000, 0)).toBe(0);
  });
});

describe('a camera that is faster than the file', () => {
  const slotMs = 1000 / 30;

  function missedOf(came: (index: number) => boolean, slot: number): number {
    const missed = new MissedFrames(false, slot);
    for (let index = 0; index < 600; index += 1) if (came(index)) missed.add(1_000 + (index * 1000) / 60);
    missed.stop();
    return missed.count;
  }

  it('lacks nothing where every slot has its frame', () => {
    const everyFifth = (index: number): boolean => index % 5 !== 2;
    expect(missedOf(everyFifth, slotMs)).toBe(0);
    expect(missedOf(everyFifth, 0)).toBe(120);
  });

  it('lacks as many frames as there are slots without one', () => {
    const halfASecond = (index: number): boolean => index < 300 || index >= 330;
    expect(missedOf(halfASecond, slotMs)).toBe(15);
    expect(missedOf(halfASecond, 0)).toBe(30);
  });
});

describe('what WebRTC counted decides', () => {
  /** A gap of five frames at 10 s, and a reading each half second, as `figures` says. */
  function withFigures(
    figures: (ms: number) => { packetsLost: number; framesDecoded: number; framesDropped: number },
    cameBetween: (ms: number) => boolean = () => true,
  ): number {
    const missed = new MissedFrames();
    let received = 0;
    let readMs = 0;
    for (const time of timesOf([30, 20])) {
      if (time - readMs >= 500) missed.read((readMs = time), figures(time), received);
      if (!cameBetween(time)) continue;
      received += 1;
      missed.add(time);
    }
    missed.stop();
    return missed.count;
  }
  const gap = (ms: number): boolean => ms < 10_000 || ms > 10_160;
  const decoded = (ms: number): number => Math.floor(((ms - 1000) * 30) / 1000);

  it('counters that begin anew: the track was subscribed anew, and what came between is missing', () => {
    const missed = new MissedFrames();
    let received = 0;
    let readMs = 0;
    for (const time of timesOf([30, 20])) {
      if (time > 10_000 && time < 16_000) continue;
      const framesDecoded = decoded(time) - (time >= 16_000 ? decoded(15_900) : 0);
      if (time - readMs >= 500) missed.read((readMs = time), { packetsLost: 0, framesDecoded }, received);
      received += 1;
      missed.add(time);
    }
    missed.stop();
    expect(missed.count).toBe(180);
  });

  it('nothing lost: the source left them out', () => {
    const healthy = (ms: number): ReturnType<Parameters<typeof withFigures>[0]> => ({
      packetsLost: 3,
      framesDropped: 1,
      framesDecoded: decoded(ms) - (ms > 10_160 ? 5 : 0),
    });
    expect(withFigures(healthy, gap)).toBe(0);
  });

  it.each([
    ['packets lost', (ms: number) => ({ packetsLost: ms > 10_100 ? 4 : 3, framesDropped: 1 }), 5],
    ['frames dropped', (ms: number) => ({ packetsLost: 3, framesDropped: ms > 10_100 ? 6 : 1 }), 5],
  ])('%s at the gap', (_name, losses, missing) => {
    const figures = (ms: number): ReturnType<Parameters<typeof withFigures>[0]> => ({
      ...losses(ms),
      framesDecoded: decoded(ms) - (ms > 10_160 ? 5 : 0),
    });
    expect(withFigures(figures, gap)).toBe(missing);
  });

  it('decoded, and never delivered', () => {
    expect(withFigures((ms) => ({ packetsLost: 0, framesDropped: 0, framesDecoded: decoded(ms) }), gap)).toBe(
      5,
    );
  });

  it('nothing of what was decoded and came a moment after the reading, as on a busy machine behind a source that had stopped', () => {
    const missed = new MissedFrames();
    let readMs = 0;
    for (const [index, time] of timesOf([30, 20])
      .filter((ms) => ms < 10_000 || ms > 12_000)
      .entries()) {
      // Six frames are on their way at the first reading behind it.
      const late = time > 12_000 && time < 12_500 ? 6 : 1;
      if (time - readMs >= 500)
        missed.read((readMs = time), { packetsLost: 0, framesDecoded: index + late }, index);
      missed.add(time);
    }
    missed.stop();
    expect(missed.count).toBe(0);
  });

  it('no more than was lost, where the source leaves out frames as well', () => {
    // A browser on a busy machine: a third of its frames are not sent, and six in all are lost.
    const figures = (ms: number): ReturnType<Parameters<typeof withFigures>[0]> => ({
      packetsLost: 0,
      framesDropped: Math.min(6, Math.floor(ms / 3_000)),
      framesDecoded: 0,
    });
    const isSent = (ms: number): boolean => Math.floor(ms / 100) % 3 !== 0;
    expect(withFigures(figures, isSent)).toBeLessThanOrEqual(6);
  });

  it.each([
    ['the watchdog closed the stream', true, 5],
    ['nothing is known', false, 0],
  ])('a track that ends before it was read again: %s', (_, wasClosed, missing) => {
    const missed = new MissedFrames();
    let received = 0;
    let readMs = 0;
    for (const time of timesOf([30, 10])) {
      if (time < 10_000 && time - readMs >= 500)
        missed.read((readMs = time), { packetsLost: 0, framesDecoded: received }, received);
      if (wasClosed && time > 10_000 && time < 10_040) missed.streamClosed();
      if (!gap(time)) continue;
      received += 1;
      missed.add(time);
      if (time > 10_400) break;
    }
    missed.stop();
    expect(missed.count).toBe(missing);
  });

  it('lost at another time: the gap is the source’s', () => {
    const figures = (ms: number): ReturnType<Parameters<typeof withFigures>[0]> => ({
      packetsLost: ms > 15_000 ? 4 : 0,
      framesDropped: 0,
      framesDecoded: decoded(ms) - (ms > 10_160 ? 5 : 0),
    });
    expect(withFigures(figures, gap)).toBe(0);
  });

  it('a track that is subscribed anew counts from zero', () => {
    const figures = (ms: number): ReturnType<Parameters<typeof withFigures>[0]> => ({
      packetsLost: 0,
      framesDropped: 0,
      framesDecoded: ms > 10_100 ? decoded(ms) - decoded(10_100) : decoded(ms),
    });
    expect(withFigures(figures)).toBe(0);
  });
});

describe('another track takes over', () => {
  /** Ten frames a second of one, then of another whose second frame its sender was late with. */
  function changed(stopsBetween: boolean): number {
    const missed = new MissedFrames();
    const figures = (framesDecoded: number): FrameLossFigures => ({ packetsLost: 0, framesDecoded });
    for (const [index, time] of timesOf([10, 5]).entries()) {
      missed.add(time);
      if (index % 5 === 4) missed.read(time, figures(index + 1), index + 1);
    }
    if (stopsBetween) missed.stop();
    const anew = [6_100, 6_290, ...timesOf([10, 5]).map((ms) => ms + 5_290)];
    for (const [index, time] of anew.entries()) {
      missed.add(time);
      if (index % 5 === 1) missed.read(time, figures(index + 1), 50 + index + 1);
    }
    missed.stop();
    return missed.count;
  }

  it('its figures begin anew, and nothing was on between', () => {
    expect(changed(true)).toBe(0);
  });

  it('and where something was, that is missing', () => {
    expect(changed(false)).toBe(1);
  });
});

describe('behind a standstill', () => {
  const beforeIt = timesOf([15, 6]);
  const goesOnMs = (beforeIt.at(-1) ?? 0) + 3_000;

  it('frames that have come, and have no place, are not missed as well', () => {
    const missed = new MissedFrames();
    for (const time of beforeIt) missed.add(time);
    for (let frame = 0; frame < 28; frame += 1) missed.noteUnplaced();
    for (let frame = 0; frame < 60; frame += 1) missed.add(goesOnMs + frame * (1_000 / 15));
    missed.stop();
    // 44 lack between the two; 28 of them have come.
    expect(missed.count).toBe(44 - 28);
  });

  it('those behind one whose time was ahead of its own are not missed as well', () => {
    const missed = new MissedFrames();
    for (const time of beforeIt) missed.add(time);
    missed.add(goesOnMs);
    // This one is 2 s ahead; the 29 that come then stand before it.
    missed.add(goesOnMs + 2_000);
    for (let frame = 1; frame < 30; frame += 1) missed.noteUnplaced(goesOnMs + frame * (1_000 / 15));
    for (let frame = 1; frame < 60; frame += 1) missed.add(goesOnMs + 2_000 + frame * (1_000 / 15));
    missed.stop();
    expect(missed.count).toBe(44);
  });

  it('those that lack are counted by the rate before it, however those behind it come', () => {
    const missed = new MissedFrames();
    for (const time of beforeIt) missed.add(time);
    const burst = [0, 3, 90, 94, 200, 201, 330, 470, 473, 610, 611, 690, 900, 903, 1_100];
    for (const time of burst) missed.add(goesOnMs + time);
    missed.stop();
    expect(missed.count).toBe(44);
  });

  it('a short one between stretches without a rate is none', () => {
    const missed = new MissedFrames();
    for (const time of beforeIt) missed.add(time);
    const soonMs = (beforeIt.at(-1) ?? 0) + 600;
    for (const time of [0, 3, 90, 94, 200, 201, 330, 470, 473, 610, 611, 690, 900, 903, 1_100])
      missed.add(soonMs + time);
    missed.stop();
    expect(missed.count).toBe(0);
  });

  it('of a screen, whose pauses say nothing otherwise, those are missing that were due in it', () => {
    const screen = (isStanding: boolean): number => {
      const missed = new MissedFrames(true);
      for (const time of beforeIt) missed.add(time);
      if (isStanding) missed.stoodStill({ fromMs: goesOnMs - 2_900, toMs: goesOnMs - 100 });
      for (let frame = 0; frame < 60; frame += 1) missed.add(goesOnMs + frame * (1_000 / 15));
      missed.stop();
      return missed.count;
    };
    expect(screen(true)).toBe(44);
    expect(screen(false)).toBe(0);
  });
});
