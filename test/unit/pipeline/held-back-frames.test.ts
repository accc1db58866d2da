import { describe, expect, it } from 'vitest';
import { MissedFrames } from '../../../src-main/pipeline/missed-frames.js';

const frameMs = 1000 / 30;

/** A camera of 30 fps, and WebRTC's counts of it. */
class Camera {
  readonly missed = new MissedFrames();
  #frames = 0;
  #droppedByRtc = 0;

  /** Its frames come, so far apart. */
  comes(fromMs: number, toMs: number, everyMs = frameMs): this {
    for (let ms = fromMs; ms < toMs; ms += everyMs) {
      this.#frames += 1;
      this.missed.add(ms);
    }
    return this;
  }

  /** Frames of the past, or of a stream that is given up. */
  comesTooLate(frames: number): this {
    for (let frame = 0; frame < frames; frame += 1) this.missed.noteUnplaced();
    this.#frames += frames;
    return this;
  }

  reads(nowMs: number, droppedByRtc = 0): this {
    this.#droppedByRtc += droppedByRtc;
    const figures = { packetsLost: 0, framesDecoded: this.#frames, framesDropped: this.#droppedByRtc };
    this.missed.read(nowMs, figures, this.#frames);
    return this;
  }

  /** Nothing comes for three seconds. */
  isQuiet(): this {
    for (let nowMs = 6_000; nowMs <= 9_000; nowMs += 200) this.reads(nowMs);
    return this;
  }

  get gaps(): number[][] {
    this.missed.stop();
    return this.missed
      .drain()
      .map(({ fromMs, lost, toMs }) => [Math.round(fromMs / 100), Math.round(toMs / 100), lost]);
  }
}

/** Until the server stands still, at six seconds. */
const recorded = (): Camera => new Camera().comes(0, 6_000).reads(5_800).isQuiet();

describe('a camera that is held back by a server', () => {
  it('lacks at the rate that it had before what does not come, wherever that which comes is placed', () => {
    const camera = recorded().comes(8_627, 8_969, 38).reads(9_200, 25);
    camera.missed.heldBack(9_400);
    camera.reads(9_400).missed.caughtUp();
    expect(camera.comes(9_833, 14_000).reads(14_000).gaps).toEqual([[60, 98, 115 - 10]]);
  });

  it('does not lack what has come too late as well, which is counted as dropped', () => {
    const camera = recorded().comesTooLate(18).comes(8_000, 8_967).reads(9_372);
    camera.missed.heldBack(9_400);
    camera.comesTooLate(4).reads(9_600).missed.caughtUp();
    expect(camera.comes(10_530, 15_000).reads(15_000).gaps).toEqual([[60, 105, 136 - 18 - 4 - 31]]);
  });

  it('lacks what has come at once, and is left out for its slot is taken', () => {
    const camera = recorded().comes(8_667, 8_710, 1);
    for (let frame = 0; frame < 41; frame += 1) camera.missed.noteLeftOut();
    camera.reads(9_200).missed.heldBack(9_400);
    camera.reads(9_400).missed.caughtUp();
    expect(camera.comes(10_100, 14_000).reads(14_000).gaps).toEqual([[60, 101, 123 - 43 + 41 - 1]]);
  });

  it('lacks it when it leaves before it is on time again', () => {
    const camera = recorded().comes(8_627, 8_969, 38).reads(9_200);
    camera.missed.heldBack(9_400);
    expect(camera.gaps).toEqual([[60, 89, 79]]);
  });

  it('lacks no more than WebRTC has counted where nobody knows that it was held back', () => {
    const camera = recorded().comes(8_627, 8_969, 38).reads(9_200, 25);
    camera.comes(9_833, 14_000).reads(14_000);
    const all = camera.gaps.reduce((sum, [, , lost = 0]) => sum + lost, 0);
    expect(all).toBeLessThanOrEqual(25);
  });

  it('lacks it behind a standstill of the recorder as well, of which nobody was asked', () => {
    const camera = new Camera().comes(0, 6_000).reads(5_800);
    camera.missed.stoodStill({ fromMs: 6_000, toMs: 9_000 });
    camera.comes(7_400, 8_000).reads(9_200).missed.heldBack(9_200);
    camera.comesTooLate(5).reads(9_800).missed.caughtUp();
    expect(camera.comes(10_000, 14_000).reads(14_000).gaps).toEqual([[60, 100, 120 - 19 - 5 - 1]]);
  });

  it('is not taken to be so because it was quiet long ago', () => {
    const camera = recorded().comes(9_000, 20_000).reads(20_000);
    camera.missed.heldBack(20_000);
    expect(camera.comes(20_000, 21_000).missed.count).toBe(0);
  });

  it('has lost nothing before it was, nor behind its fresh stream', () => {
    const camera = new Camera().comes(0, 3_000).reads(3_000).comes(3_500, 6_000).reads(5_900).isQuiet();
    camera.comes(8_700, 8_900, 10).reads(9_200).missed.heldBack(9_400);
    camera.missed.caughtUp();
    camera.comes(9_500, 13_000).comes(13_500, 18_000).reads(18_000);
    expect(camera.gaps.map(([fromMs]) => fromMs)).toEqual([60]);
  });
});

describe('a standstill of the recorder right before the end', () => {
  const stoodStill = (untilMs: number): Camera => {
    const camera = new Camera().comes(0, 6_000).reads(5_800);
    camera.missed.stoodStill({ fromMs: 6_000, toMs: untilMs });
    return camera;
  };

  it('costs what was due by then and has not come', () => {
    const { missed } = stoodStill(7_900);
    missed.stop();
    expect(missed.lackAtEnd(8_000, 5_000)).toBe(60);
    expect(missed.count).toBe(60);
    expect(missed.lackAtEnd(8_000, 5_000)).toBe(0);
  });

  it('costs nothing where all has come, and no more than is not counted already', () => {
    const whole = stoodStill(6_400).comes(6_000, 6_900);
    whole.missed.stop();
    expect(whole.missed.lackAtEnd(6_900, 5_000)).toBeLessThanOrEqual(1);
    const { missed } = stoodStill(6_400).comes(6_333, 6_900).reads(6_900, 9);
    missed.stop();
    const { count } = missed;
    expect(count + missed.lackAtEnd(6_900, 5_000)).toBeLessThanOrEqual(11);
    expect(missed.count).toBeGreaterThanOrEqual(9);
  });

  it('costs nothing that was long before', () => {
    const { missed } = stoodStill(6_900);
    missed.stop();
    expect(missed.lackAtEnd(30_000, 28_000)).toBe(0);
  });
});
