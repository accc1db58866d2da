import { describe, expect, it } from 'vitest';
import { minLevelDbfs } from '../../../../src-main/contract/media-events.js';
import { PeakHold, shareOfScale, silenceDbfs } from '../../../../src-renderer/derive/peak-hold.js';

describe('PeakHold', () => {
  it('holds a peak, then lets it fall', () => {
    const hold = new PeakHold();
    hold.move(-6, false, 10_000);
    expect(hold.move(-30, false, 11_000)).toMatchObject({ heldDbfs: -6 });
    expect(hold.move(-60, false, 12_000).heldDbfs).toBeLessThan(-6);
    expect(hold.move(silenceDbfs, false, 30_000)).toMatchObject({
      levelDbfs: silenceDbfs,
      heldDbfs: silenceDbfs,
    });
  });

  it('rises at once', () => {
    const hold = new PeakHold();
    hold.move(-60, false, 10_000);
    expect(hold.move(-3, false, 10_100)).toMatchObject({ levelDbfs: -3, heldDbfs: -3 });
  });

  it('says that it has clipped until somebody resets it', () => {
    const hold = new PeakHold();
    expect(hold.move(-1, false, 9_000).hasClipped).toBe(false);
    expect(hold.move(0, true, 10_000).hasClipped).toBe(true);
    expect(hold.move(-20, false, 900_000).hasClipped).toBe(true);
    hold.resetClip();
    expect(hold.move(-20, false, 900_100).hasClipped).toBe(false);
    expect(hold.move(0, true, 900_200).hasClipped).toBe(true);
  });
});

it('draws the scale from -60 to 0 dBFS', () => {
  expect([0, -30, -60, -90].map(shareOfScale)).toEqual([1, 0.5, 0, 0]);
});

it('calls silence what the contract calls silence', () => {
  expect(silenceDbfs).toBe(minLevelDbfs);
});
