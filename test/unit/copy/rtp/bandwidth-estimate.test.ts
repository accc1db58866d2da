import { describe, expect, it } from 'vitest';
import { BandwidthEstimate } from '../../../../src-main/copy/rtp/bandwidth-estimate.js';

const throughputBps = 4_000_000;

describe('the estimate of the bandwidth', () => {
  it('withholds nothing while little is lost', () => {
    const estimate = new BandwidthEstimate();
    for (let second = 0; second < 100; second += 1) estimate.report(1_000, 99, throughputBps);
    estimate.report(0, 0, 0);
    expect(estimate.bps).toBe(100_000_000);
  });

  it('falls from what came when much is lost, and rises again by 5 % a report', () => {
    const estimate = new BandwidthEstimate();
    estimate.report(1_000, 200, throughputBps);
    expect(estimate.bps).toBeCloseTo(2 * throughputBps * 0.9, 0);
    estimate.report(1_000, 400, throughputBps);
    const lowest = 2 * throughputBps * 0.9 * 0.8;
    expect(estimate.bps).toBeCloseTo(lowest, 0);
    estimate.report(1_000, 50, throughputBps);
    expect(estimate.bps).toBeCloseTo(lowest, 0);
    estimate.report(1_000, 0, throughputBps);
    expect(estimate.bps).toBeCloseTo(lowest * 1.05, 0);
  });

  it('keeps a least, and rises to three times what comes', () => {
    const estimate = new BandwidthEstimate();
    for (let second = 0; second < 100; second += 1) estimate.report(1_000, 900, 100_000);
    expect(estimate.bps).toBe(300_000);
    for (let second = 0; second < 500; second += 1) estimate.report(1_000, 0, throughputBps);
    expect(estimate.bps).toBeCloseTo(3 * throughputBps, -6);
    expect(estimate.bps).toBeLessThanOrEqual(3 * throughputBps);
  });
});
