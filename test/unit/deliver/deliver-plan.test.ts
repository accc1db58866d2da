import { describe, expect, it } from 'vitest';
import {
  canvasFor,
  deliverableName,
  neededBytes,
  slotCount,
  slotOf,
  stretchFrames,
  stretchName,
} from '../../../src-main/deliver/deliver-plan.js';

describe('the one size of a finished file', () => {
  const low = { width: 320, height: 180, slots: 9_000 };
  const full = { width: 1280, height: 720, slots: 30 };

  it('is the largest that was sent, however short it was shown', () => {
    expect(canvasFor([low, full], 0, 'source')).toEqual({ width: 1280, height: 720 });
  });

  it('is, of a phone that was turned, the one that was shown longest', () => {
    const upright = { width: 720, height: 1280, slots: 31 };
    expect(canvasFor([full, upright], 0, 'source')).toEqual({ width: 720, height: 1280 });
  });

  it('is upright, and even in both directions', () => {
    expect(canvasFor([{ width: 641, height: 361, slots: 1 }], 90, 'source')).toEqual({
      width: 360,
      height: 640,
    });
  });

  it('is what it is to fit into, held as the original is', () => {
    expect(canvasFor([full], 0, '1080p')).toEqual({ width: 1920, height: 1080 });
    expect(canvasFor([full], 270, '1080p')).toEqual({ width: 1080, height: 1920 });
    expect(canvasFor([low], 0, '720p')).toEqual({ width: 1280, height: 720 });
  });
});

it('has a slot for every moment of the audio, and one for the last frame', () => {
  expect(slotCount({ audioEndUs: 10_000_000, lastFrameUs: 9_000_000 }, 30)).toBe(300);
  expect(slotCount({ audioEndUs: 10_001_000, lastFrameUs: 9_000_000 }, 30)).toBe(301);
  expect(slotCount({ audioEndUs: 9_000_000, lastFrameUs: 10_000_000 }, 25)).toBe(251);
  // A rounded microsecond is no slot of its own.
  expect(slotCount({ audioEndUs: 10_000_001, lastFrameUs: 0 }, 30)).toBe(300);
});

it('shows a frame in the slot that is nearest', () => {
  expect([0, 16_000, 17_000, 33_000, 2_067_000].map((us) => slotOf(us, 30))).toEqual([0, 0, 1, 1, 62]);
  expect(slotOf(-20_000, 30)).toBe(0);
});

it('is made in stretches of whole seconds, the last one of what is left', () => {
  expect(stretchFrames(4_501, 30)).toEqual([1_800, 1_800, 901]);
  expect(stretchFrames(1_800, 30)).toEqual([1_800]);
  expect(stretchFrames(11, 5, 2)).toEqual([10, 1]);
  expect(stretchName(7)).toBe('00007.mp4');
});

it('is called as its original is', () => {
  expect(deliverableName('ada.mkv', true)).toBe('ada.mp4');
  expect(deliverableName('ada-2.mkv', false)).toBe('ada-2.m4a');
  expect(deliverableName('dr. ada.webm', true)).toBe('dr. ada.mp4');
});

it('needs room for every file, and for a second copy of the largest', () => {
  expect(neededBytes([])).toBe(0);
  expect(neededBytes([1e9, 3e9])).toBe(1.5 * 7e9 + 1e8);
});
