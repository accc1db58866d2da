import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { FrameRates } from '../../../src-main/telemetry/frame-rates.js';
import { memoryOutcome } from '../../../src-main/telemetry/memory-outcome.js';
import { PeakMemory } from '../../../src-main/telemetry/peak-memory.js';
import {
  ownMemory,
  residentMemoryOf,
  rssBytesOf,
  sumOfOneProgram,
} from '../../../src-main/telemetry/process-memory.js';
import { Rate } from '../../../src-main/telemetry/rate.js';
import { workloadOf } from '../../../src-main/telemetry/workload.js';

describe('a rate', () => {
  it('is that of the last window', () => {
    const rate = new Rate(1_000);
    // 30 a second for two seconds, then 10 a second.
    const rates: (number | null)[] = [];
    let count = 0;
    for (let atMs = 0; atMs <= 4_000; atMs += 200) {
      rates.push(rate.sample(atMs, count));
      count += atMs < 2_000 ? 6 : 2;
    }
    expect(rates.slice(0, 3)).toEqual([null, null, 30]);
    expect(rates[10]).toBe(30);
    expect(rates.slice(-5).map((value) => Math.round(value ?? NaN))).toEqual([10, 10, 10, 10, 10]);
  });

  it('says nothing before a quarter of the window has passed', () => {
    const rate = new Rate(1_000);
    rate.sample(0, 0);
    expect(rate.sample(249, 100)).toBeNull();
    expect(rate.sample(250, 100)).toBe(400);
  });

  it('covers the whole window, from just outside of it', () => {
    const rate = new Rate(1_000);
    rate.sample(0, 0);
    rate.sample(600, 60);
    // The window begins at 100: the sample before it is the one to compare with.
    expect(rate.sample(1_100, 110)).toBe(100);
    rate.sample(1_600, 160);
    // Exactly at its start: the older one is not needed.
    expect(rate.sample(1_600, 260)).toBe(200);
  });
});

describe('frame rates', () => {
  it('are of a whole second, and none in a pause, nor right after it', () => {
    const rates = new FrameRates();
    const read = (atMs: number, written: number, isRecorded = true): number | null =>
      rates.read(atMs, { received: written, written }, isRecorded).fpsOut;
    // A burst of what had waited for the start.
    expect([read(0, 0), read(300, 30), read(900, 48)]).toEqual([null, null, null]);
    expect(read(1_000, 51)).toBe(51);
    expect(read(2_000, 81)).toBe(30);
    expect([read(2_200, 81, false), read(60_000, 81, false)]).toEqual([null, null]);
    // What came in the pause is no part of the rate after it.
    expect([read(60_200, 999), read(61_199, 1_028)]).toEqual([null, null]);
    expect(Math.round(read(61_200, 1_029) ?? NaN)).toBe(30);
  });
});

describe('the workload', () => {
  const sink = (file: string, isRecording: boolean) => ({ file, isRecording });

  it('is the files that are being written', () => {
    expect(workloadOf({ sinks: [] })).toBe('');
    const sinks = [sink('ada.mp4', true), sink('ben.mp4', false), sink('eve.mp4', true)];
    expect(workloadOf({ sinks })).toBe('ada.mp4\neve.mp4');
  });
});

describe('memory', () => {
  it('of this process: what is neither heap nor external is native', () => {
    const usage = { rss: 1_000, heapTotal: 300, heapUsed: 250, external: 200, arrayBuffers: 150 };
    const spy = vi.spyOn(process, 'memoryUsage').mockReturnValue(usage);
    expect(ownMemory()).toEqual({
      rssBytes: 1_000,
      heapUsedBytes: 250,
      heapTotalBytes: 300,
      externalBytes: 200,
      arrayBuffersBytes: 150,
      nativeBytes: 500,
    });
    spy.mockRestore();
  });

  it.skipIf(process.platform !== 'linux')('of a process is read where the kernel tells it (/proc)', () => {
    const rssBytes = rssBytesOf(process.pid) ?? NaN;
    const { rss } = process.memoryUsage();
    expect(Math.abs(rssBytes - rss)).toBeLessThan(0.2 * rss);
  });

  it('of processes of one program counts what they have in common once', () => {
    const own = [11e6, 10e6, 12e6];
    const processes = own.map((bytes, index) => ({
      rssBytes: bytes + 42e6 - index,
      fileBytes: 42e6 - index,
    }));
    expect(sumOfOneProgram(processes)).toBe(33e6 + 42e6);
    expect(sumOfOneProgram([...processes, null])).toBeNull();
    expect(sumOfOneProgram([])).toBe(0);
  });

  it.skipIf(process.platform !== 'linux')('of files is a part of the whole', () => {
    const { fileBytes, rssBytes } = residentMemoryOf(process.pid) ?? { fileBytes: NaN, rssBytes: NaN };
    // Node's own code at the least, and all that is in V8's heap beside it.
    expect(fileBytes).toBeGreaterThan(10e6);
    expect(rssBytes - fileBytes).toBeGreaterThan(process.memoryUsage().heapUsed / 2);
  });

  it('of a process that has ended is not known', async () => {
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    expect(rssBytesOf(child.pid ?? -1)).toBeNull();
  });
});

describe('the outcome of a run', () => {
  const verdict = {
    main: { verdict: 'flat' as const, slope: null },
    ffmpeg: null,
    renderer: null,
    warmUpMs: 60_000,
    blockMs: 20_000,
    windowMs: 200_000,
    restarts: 0,
  };
  const state = 'recording';
  const memoryOf = (rssBytes: number, ceilingBytes: number | null) =>
    ({ rssBytes, peakRssBytes: 180e6, budgetBytes: 300e6, ceilingBytes }) as Parameters<
      typeof memoryOutcome
    >[0]['memory'];

  it('is the verdict while memory is within its limits', () => {
    expect(memoryOutcome({ state, memory: memoryOf(150e6, 150e6), verdict }, null)).toEqual({
      word: 'FLAT',
      verdict,
      peakRssBytes: 180e6,
      budgetBytes: 300e6,
      hasExceededBudget: false,
      exceededCeilingBytes: null,
    });
  });

  it('holds the peak against the budget of its moment, whatever the files do afterwards', () => {
    const peak = new PeakMemory();
    peak.add(162e6, null);
    expect(peak.reading).toEqual({ peakRssBytes: 162e6, peakBudgetBytes: null, hasExceededBudget: false });
    peak.add(280e6, 460e6);
    peak.add(150e6, 170e6);
    expect(peak.reading).toEqual({ peakRssBytes: 280e6, peakBudgetBytes: 460e6, hasExceededBudget: false });
    const memory = { ...memoryOf(150e6, null), budgetBytes: 170e6, ...peak.reading };
    expect(memoryOutcome({ state, memory, verdict }, null)).toMatchObject({
      word: 'FLAT',
      peakRssBytes: 280e6,
      budgetBytes: 460e6,
    });
    // Less than the peak, and above the budget of its moment all the same.
    peak.add(180e6, 170e6);
    expect(memoryOutcome({ state, memory: { ...memory, ...peak.reading }, verdict }, null).word).toBe(
      'OVER BUDGET',
    );
  });

  it('remembers a ceiling that was exceeded, also when it is lifted', () => {
    const above = memoryOutcome({ state, memory: memoryOf(151e6, 150e6), verdict }, null);
    expect(above).toMatchObject({ word: 'OVER CEILING', exceededCeilingBytes: 150e6 });
    const lifted = memoryOutcome({ state, memory: memoryOf(120e6, null), verdict }, above);
    expect(lifted).toMatchObject({ word: 'OVER CEILING', exceededCeilingBytes: 150e6 });
  });

  it('has the peak of the saving as well, and is judged by the recording otherwise', () => {
    const recorded = memoryOutcome({ state, memory: memoryOf(120e6, 200e6), verdict }, null);
    const memory = { ...memoryOf(250e6, 200e6), peakRssBytes: 250e6 };
    expect(memoryOutcome({ state: 'finalizing', memory, verdict: null }, recorded)).toEqual({
      ...recorded,
      peakRssBytes: 250e6,
    });
  });

  it('is over budget before everything else', () => {
    const memory = { ...memoryOf(310e6, 150e6), peakRssBytes: 301e6 };
    expect(memoryOutcome({ state, memory, verdict }, null).word).toBe('OVER BUDGET');
  });
});
