import { describe, expect, it } from 'vitest';
import { FrameRateLimit } from '../../../src-main/pipeline/frame-rate-limit.js';
import {
  governorRules,
  governorShares,
  governorSteps,
  lastGovernorStep,
  MemoryGovernor,
  type MemoryLimit,
} from '../../../src-main/pipeline/memory-governor.js';

const limitBytes = 300e6;
const tickMs = 200;

/** A governor on a clock of its own, told of memory as a share of its limit, five times a second. */
class Watched {
  readonly governor = new MemoryGovernor();
  /** Each change, with the moment at which it came. */
  readonly changes: { atMs: number; step: number }[] = [];
  hasLayers = true;
  limitBytes: number | null = limitBytes;
  limitedBy: MemoryLimit = 'ceiling';
  nowMs = 0;

  run(seconds: number, shareAt: (seconds: number, step: number) => number): this {
    const fromMs = this.nowMs;
    for (; this.nowMs < fromMs + seconds * 1000; this.nowMs += tickMs) {
      const before = this.governor.step;
      const rssBytes = shareAt((this.nowMs - fromMs) / 1000, before) * limitBytes;
      const { nowMs, hasLayers, limitedBy } = this;
      const step = this.governor.tick({ nowMs, rssBytes, limitBytes: this.limitBytes, limitedBy, hasLayers });
      if (step !== before) this.changes.push({ atMs: nowMs, step });
    }
    return this;
  }

  get steps(): number[] {
    return this.changes.map(({ step }) => step);
  }

  /** Times between one change and the next. */
  get waitsMs(): number[] {
    return this.changes.slice(1).map(({ atMs }, index) => atMs - (this.changes[index]?.atMs ?? 0));
  }
}

describe('MemoryGovernor', () => {
  it('does nothing while memory is below its share, however long', () => {
    expect(new Watched().run(3600, (second) => 0.7 + 0.14 * Math.sin(second)).changes).toEqual([]);
  });

  it('takes one step after the other, each when the one before had time to work', () => {
    const watched = new Watched().run(60, () => 0.9);
    expect(watched.steps).toEqual([1, 2, 3, 4, 5]);
    for (const waitMs of watched.waitsMs) expect(waitMs).toBeGreaterThanOrEqual(governorRules.settleMs);
  });

  it('begins before the limit is reached while memory grows towards it', () => {
    // 10 MB a second from half of it.
    const watched = new Watched().run(15, (second) => 0.5 + (second * 10e6) / limitBytes);
    const [first] = watched.changes;
    expect(first?.step).toBe(1);
    expect(0.5 + ((first?.atMs ?? Infinity) / 1000) * (10e6 / limitBytes)).toBeLessThan(1);
  });

  it('hurries near the limit', () => {
    const watched = new Watched().run(6, () => 0.97);
    expect(watched.steps).toEqual([1, 2, 3, 4, 5]);
    expect(watched.changes[0]?.atMs).toBe(0);
    expect(watched.changes.at(-1)?.atMs).toBeLessThanOrEqual(lastGovernorStep * governorRules.urgentSettleMs);
  });

  it('is not moved by a moment above the first share', () => {
    const watched = new Watched().run(60, (second) => (second % 4 < 2 ? 0.92 : 0.8));
    expect(watched.changes).toEqual([]);
  });

  it('climbs back between the two shares as well, more slowly', () => {
    const watched = new Watched().run(4, () => 0.9);
    const { step } = watched.governor;
    expect(step).toBeGreaterThan(0);
    const slowlySeconds = (governorRules.easedFactor * governorRules.recoverAfterMs) / 1000;
    watched.run(slowlySeconds - 1, (second) => 0.8 + 0.04 * Math.sin(second));
    expect(watched.governor.step).toBe(step);
    watched.run(lastGovernorStep * slowlySeconds, (second) => 0.8 + 0.04 * Math.sin(second));
    expect(watched.governor.step).toBe(0);
  });

  it('leaves buffers alone that fill up within their caps, and acts on what exceeds the budget', () => {
    const watched = new Watched();
    watched.limitedBy = 'budget';
    expect(watched.run(600, () => 0.99).changes).toEqual([]);
    watched.run(30, () => 1.02);
    expect(watched.steps).toEqual([1, 2, 3, 4, 5]);
    watched.changes.length = 0;
    // An allocator that keeps what was freed: memory stays where full buffers brought it.
    watched.run(150, () => 0.97);
    expect(watched.steps).toEqual([4, 3, 2, 1, 0]);
  });

  it('climbs back one step at a time, and only after a calm', () => {
    const watched = new Watched().run(6, () => 1.2);
    expect(watched.governor.step).toBe(lastGovernorStep);
    watched.changes.length = 0;
    watched.run(governorRules.recoverAfterMs / 1000 - 1, () => 0.6);
    expect(watched.changes).toEqual([]);
    watched.run(60, () => 0.6);
    expect(watched.steps).toEqual([4, 3, 2, 1, 0]);
    for (const waitMs of watched.waitsMs) expect(waitMs).toBeGreaterThanOrEqual(governorRules.recoverAfterMs);
  });

  it('counts the calm anew when it was interrupted', () => {
    const watched = new Watched().run(6, () => 1.2);
    const isCalm = (second: number): boolean => second % 4 < 3;
    watched.run(18, (second) => (isCalm(second) ? 0.6 : 0.8));
    expect(watched.governor.step).toBe(lastGovernorStep);
  });

  it('stays at the last step under a limit that nothing can keep to', () => {
    const watched = new Watched().run(3600, (second) => 1.4 + 0.1 * Math.sin(second));
    expect(watched.steps).toEqual([1, 2, 3, 4, 5]);
  });

  it('tries less and less often what does not last', () => {
    // Everything above the second step needs a fifth more than there is.
    const watched = new Watched().run(1800, (_, step) => (step >= 2 ? 0.7 : 0.96));
    const climbs = watched.changes.filter(
      ({ step }, index) => step < (watched.changes[index - 1]?.step ?? 0),
    );
    expect(climbs.length).toBeGreaterThan(3);
    expect(climbs.length).toBeLessThan(20);
    const apartMs = climbs.slice(1).map(({ atMs }, index) => atMs - (climbs[index]?.atMs ?? 0));
    expect(apartMs[1]).toBeGreaterThan(1.5 * (apartMs[0] ?? Infinity));
    expect(apartMs[1]).toBeLessThan(3 * (apartMs[0] ?? 0));
    expect(Math.max(...apartMs)).toBeGreaterThan(governorRules.maxRecoverAfterMs);
    // A relapse is seen at once, and the calm is counted from there.
    expect(Math.max(...apartMs)).toBeLessThan(
      governorRules.maxRecoverAfterMs + governorRules.relapseWithinMs,
    );
  });

  it('does not forget its relapses because of a later pressure', () => {
    const watched = new Watched().run(1800, (_, step) => (step >= 2 ? 0.7 : 0.96));
    watched.run(governorRules.relapseWithinMs / 1000 + 1, () => 0.8);
    expect(watched.governor.step).toBeGreaterThan(0);
    watched.run(1, () => 0.97);
    watched.changes.length = 0;
    watched.run((2 * governorRules.recoverAfterMs) / 1000, () => 0.5);
    expect(watched.changes).toEqual([]);
  });

  it('counts what is exactly a share as having reached it', () => {
    const { highWatermark, lowWatermark, urgentShare } = governorShares.ceiling;
    const { settleMs, urgentSettleMs, recoverAfterMs } = governorRules;
    const pressed = new Watched().run(60, () => highWatermark);
    expect(pressed.changes.slice(0, 2)).toEqual([
      { atMs: settleMs, step: 1 },
      { atMs: 2 * settleMs, step: 2 },
    ]);
    const urgent = new Watched().run(60, () => urgentShare);
    expect(urgent.changes.slice(0, 2)).toEqual([
      { atMs: 0, step: 1 },
      { atMs: urgentSettleMs, step: 2 },
    ]);
    const calm = new Watched().run(1, () => urgentShare);
    calm.changes.length = 0;
    const calmFromMs = calm.nowMs;
    calm.run(60, () => lowWatermark);
    expect(calm.changes[0]).toEqual({ atMs: calmFromMs + recoverAfterMs, step: calm.changes[0]?.step });
  });

  it('forgets an old relapse', () => {
    const watched = new Watched().run(120, (_, step) => (step >= 2 ? 0.7 : 0.96));
    watched.run(400, () => 0.5);
    expect(watched.governor.step).toBe(0);
    watched.run(1, () => 0.97);
    watched.changes.length = 0;
    watched.run(governorRules.recoverAfterMs / 1000 + 1, () => 0.5);
    expect(watched.steps).toEqual([0]);
  });

  it('follows a limit that is set, and takes everything back when it is lifted', () => {
    const watched = new Watched();
    watched.limitBytes = null;
    expect(watched.run(60, () => 5).changes).toEqual([]);
    watched.limitBytes = limitBytes;
    watched.run(10, () => 1.1);
    expect(watched.governor.step).toBe(lastGovernorStep);
    watched.limitBytes = null;
    watched.run(60, () => 1.1);
    expect(watched.governor.step).toBe(0);
  });

  it('passes over the layers where no frame has any', () => {
    const watched = new Watched();
    watched.hasLayers = false;
    watched.run(6, () => 1).run(60, () => 0.5);
    expect(watched.steps).toEqual([3, 4, 5, 4, 3, 0]);
  });
});

describe('the steps', () => {
  it('ask for less and less, beginning with everything', () => {
    expect(governorSteps[0]).toMatchObject({ layer: 'high', maxFramesPerSecond: null });
    const order = ['high', 'medium', 'low'];
    for (const [index, step] of governorSteps.entries()) {
      const before = governorSteps[index - 1];
      if (before === undefined) continue;
      expect(order.indexOf(step.layer)).toBeGreaterThanOrEqual(order.indexOf(before.layer));
      expect(step.maxFramesPerSecond ?? Infinity).toBeLessThanOrEqual(before.maxFramesPerSecond ?? Infinity);
    }
  });
});

describe('FrameRateLimit', () => {
  const kept = (maxPerSecond: number | null, fps: number, seconds: number): number[] => {
    const limit = new FrameRateLimit();
    limit.maxPerSecond = maxPerSecond;
    let keptAtMs = -Infinity;
    return Array.from(
      { length: fps * seconds },
      (_, index) => (index * 1000) / fps + ((index * 7919) % 7) - 3,
    ).filter((timeMs) => {
      if (!limit.allows(timeMs, keptAtMs)) return false;
      keptAtMs = timeMs;
      return true;
    });
  };

  it('keeps every frame without a limit, and of a slower source', () => {
    expect(kept(null, 60, 5)).toHaveLength(300);
    expect(kept(15, 15, 20)).toHaveLength(300);
    expect(kept(15, 10, 20)).toHaveLength(200);
  });

  it.each([
    [15, 30],
    [15, 20],
    [5, 30],
    [5, 20],
    [2, 30],
  ])('keeps at most %i of %i a second, evenly', (maxPerSecond, fps) => {
    const times = kept(maxPerSecond, fps, 20);
    expect(times.length).toBeLessThanOrEqual(maxPerSecond * 20 * 1.12);
    expect(times.length).toBeGreaterThanOrEqual(maxPerSecond * 20 * 0.6);
    const gapsMs = times.slice(1).map((timeMs, index) => timeMs - (times[index] ?? 0));
    // One frame of the source late at the most.
    expect(Math.max(...gapsMs)).toBeLessThan(1000 / maxPerSecond + 1000 / fps + 8);
  });
});
