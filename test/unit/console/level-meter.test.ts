import { expect, it } from 'vitest';
import { LevelMeter } from '../../../src-main/console/level-meter.js';
import { minLevelDbfs } from '../../../src-main/contract/media-events.js';

function pcmOf(samples: readonly number[]): Uint8Array {
  return new Uint8Array(Int16Array.from(samples).buffer);
}

function sine(amplitude: number): Uint8Array {
  return pcmOf(
    Array.from({ length: 480 }, (_, n) => Math.round(amplitude * Math.sin((2 * Math.PI * n) / 48))),
  );
}

it('reads a full-scale sine as 0 dBFS peak and -3 dBFS RMS', () => {
  const meter = new LevelMeter();
  meter.add(sine(32_767));
  const reading = meter.drain();
  expect(reading?.peakDbfs).toBeCloseTo(0, 1);
  expect(reading?.rmsDbfs).toBeCloseTo(-3, 1);
});

it('reads half the amplitude 6 dB lower, and does not call it clipping', () => {
  const meter = new LevelMeter();
  meter.add(sine(16_384));
  expect(meter.drain()).toEqual({ peakDbfs: -6, rmsDbfs: -9, isClipping: false });
});

it('calls a run at the edge of the scale clipping, on either side, and a single sample not', () => {
  const meter = new LevelMeter();
  meter.add(pcmOf([0, 32_767, 0, -32_768, 0]));
  expect(meter.drain()?.isClipping).toBe(false);
  meter.add(pcmOf([0, -32_768, -32_768, 0]));
  expect(meter.drain()?.isClipping).toBe(true);
  meter.add(pcmOf([0, 0]));
  expect(meter.drain()?.isClipping, 'each reading begins anew').toBe(false);
});

it('tells silence from nothing', () => {
  const meter = new LevelMeter();
  expect(meter.drain()).toBeNull();
  meter.add(pcmOf([0, 0, 0, 0]));
  expect(meter.drain()).toEqual({ peakDbfs: minLevelDbfs, rmsDbfs: minLevelDbfs, isClipping: false });
});

it('reads samples that do not begin at an even address', () => {
  const meter = new LevelMeter();
  const shifted = new Uint8Array(1 + 960);
  shifted.set(sine(16_384), 1);
  meter.add(shifted.subarray(1));
  expect(meter.drain()?.peakDbfs).toBe(-6);
});
