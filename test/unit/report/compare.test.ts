import { describe, expect, it } from 'vitest';
import type { Losses } from '../../../src-main/contract/losses.js';
import { profiles } from '../../../src-main/contract/profile.js';
import type { Report } from '../../../src-main/contract/report.js';
import { buildReport } from '../../../src-main/report/build-report.js';
import { comparePage } from '../../../src-main/report/compare-page.js';
import { compareReports } from '../../../src-main/report/compare-reports.js';
import { loadReport } from '../../../src-main/report/load-report.js';
import { writeReport } from '../../../src-main/report/write-report.js';
import { writeSyntheticTake } from './synthetic-take.js';

describe('two runs compared', () => {
  it('finds a run no worse than itself, whether from its folder or from its report', async () => {
    const take = await writeSyntheticTake({ minutes: 20 });
    const { jsonPath } = await writeReport(take);
    const comparison = compareReports(await loadReport(take), await loadReport(jsonPath));
    expect(comparison).toMatchObject({ outcome: 'notWorse', worse: [], notComparable: [] });
    expect(comparison.rows.find(({ what }) => what === 'verdict')).toMatchObject({ a: 'FLAT', b: 'FLAT' });
    expect(comparison.rows.some(({ what }) => what.startsWith('cap ') || what.startsWith('version '))).toBe(
      false,
    );
  });

  it('finds a leak worse than flat by verdict and by interval, and flat no worse than a leak', async () => {
    const flat = await buildReport(await writeSyntheticTake({ minutes: 20 }));
    const leak = await buildReport(await writeSyntheticTake({ minutes: 20, leakMbPerMinute: 3 }));
    const { worse } = compareReports(flat, leak);
    expect(worse.join(' ')).toMatch(/LEAK.*slope of recorder/);
    expect(compareReports(leak, flat).worse).toEqual([]);
    const page = comparePage(flat, leak, compareReports(flat, leak));
    expect(page).toContain('B is worse than A');
    expect(page).toMatch(/class="line rss" d="M.*class="line other" d="M/s);
  });

  it('finds a steeper leak worse than a leak', async () => {
    const two = await buildReport(await writeSyntheticTake({ minutes: 20, leakMbPerMinute: 2 }));
    const five = await buildReport(await writeSyntheticTake({ minutes: 20, leakMbPerMinute: 5 }));
    const [slope, peak, ...others] = compareReports(two, five).worse;
    expect(slope).toContain('The slope of recorder is higher in B');
    expect(peak).toContain('The peak of recorder is higher in B');
    expect(others).toEqual([]);
    expect(compareReports(five, two).worse).toEqual([]);
  });

  it('finds over budget worse, and no verdict worse than undecided', async () => {
    const short = await buildReport(await writeSyntheticTake({ minutes: 2 }));
    const over = await buildReport(await writeSyntheticTake({ minutes: 2, budgetBytes: 155e6 }));
    expect(compareReports(short, over).worse).toEqual(['B went over its budget, A did not.']);
    expect(compareReports(over, short).worse).toEqual([]);
    const unreadable = await buildReport(
      await writeSyntheticTake({ minutes: 2, isUnreadableAt: (second) => second > 90 }),
    );
    expect(compareReports(short, unreadable).worse).toHaveLength(1);
  });

  it('does not call a run no worse whose memory was decided in neither', async () => {
    const short = await buildReport(await writeSyntheticTake({ minutes: 2 }));
    const comparison = compareReports(short, short);
    expect(comparison).toMatchObject({ outcome: 'notComparable', worse: [] });
    expect(comparison.notComparable.join(' ')).toContain('A is UNDECIDED, B is UNDECIDED');
    expect(comparePage(short, short, comparison)).toContain('? A and B cannot be compared.');
  });

  const losses = (lostFrames: number, lostMs: number): Losses => ({
    video: { dueFrames: 36_000, lostFrames, missedFrames: 0 },
    audio: { dueMs: 1_200_000, lostMs },
  });

  it.each<[string, (report: Report) => Report, RegExp]>([
    [
      'frames, as many as 3,399 against 4',
      (report) => ({ ...report, losses: losses(3_399, 0) }),
      /^More video is lost in B: 3,399 of 36,000 frames \(9\.4 %\), in A 4 of 36,000 frames/,
    ],
    ['audio', (report) => ({ ...report, losses: losses(4, 12_000) }), /^More audio is lost in B: 12\.0 s/],
    [
      'gaps',
      (report) => ({ ...report, content: { grade: 'losses', worstShare: 0, gaps: 3 } }),
      /^B has 3 gaps, A 0 gaps\.$/,
    ],
    [
      'a longer frame gap',
      (report) => ({ ...report, totals: { ...report.totals, longestFrameGapMs: 1_200 } }),
      /^The longest frame gap is longer in B: 1200 ms/,
    ],
    [
      'a later event loop',
      (report) => ({ ...report, totals: { ...report.totals, eventLoopLagMaxMs: 900 } }),
      /^The event loop was later in B: 900 ms/,
    ],
    [
      'a higher peak',
      (report) => ({ ...report, memory: { ...report.memory, peakRssBytes: 260e6 } }),
      /^The peak of recorder is higher in B: 260 MB/,
    ],
    [
      'a higher peak of ffmpeg',
      (report) => ({ ...report, memory: { ...report.memory, ffmpegPeakRssBytes: 900e6 } }),
      /^The peak of ffmpeg is higher in B: 900 MB/,
    ],
    [
      'files that are not intact',
      (report) => ({ ...report, files: report.files.map((file) => ({ ...file, state: 'fragmented' })) }),
      /^1 file of B is not intact, of A 0\.$/,
    ],
  ])('finds B worse by %s', async (_, change, sentence) => {
    const built = await buildReport(await writeSyntheticTake({ minutes: 20 }));
    const a: Report = {
      ...built,
      losses: losses(4, 0),
      content: { grade: 'complete', worstShare: 0, gaps: 0 },
    };
    const b = change(a);
    expect(compareReports(a, b)).toMatchObject({
      outcome: 'worse',
      worse: [expect.stringMatching(sentence) as string],
    });
    expect(compareReports(b, a)).toMatchObject({ outcome: 'notWorse', worse: [] });
    // What one run differs by from the other, and no more, is worse.
    expect(compareReports(a, a).outcome).toBe('notWorse');
  });

  it('counts the losses of a report that does not have them by its streams', async () => {
    const report = { ...(await buildReport(await writeSyntheticTake({ minutes: 20 }))), losses: null };
    const [video] = report.streams;
    if (video === undefined) throw new Error('the take has a stream');
    const { accounting } = video;
    const dropped = { ...accounting.dropped, queueFull: 3_399 };
    const lossy = { ...video, accounting: { ...accounting, dropped } };
    const b = { ...report, streams: report.streams.map((one) => (one === video ? lossy : one)) };
    expect(compareReports(report, b).worse).toEqual([
      expect.stringMatching(/^More video is lost in B: 3,402 of 36,003 frames \(9\.4 %\), in A 8 of/),
    ]);
  });

  it.each<[string, (report: Report) => Report, RegExp]>([
    [
      'profile',
      (report) => ({ ...report, take: { ...report.take, profile: profiles['1080p30'] } }),
      /^The profile differs: 720p30 in A, 1080p30 in B\.$/,
    ],
    [
      'number of streams',
      (report) => ({ ...report, streams: report.streams.slice(1) }),
      /^The number of video streams differs: 1 in A, 0 in B\.$/,
    ],
    [
      'duration',
      (report) => ({ ...report, take: { ...report.take, durationMs: 120_000 } }),
      /^The duration differs: 20 min in A, 2 min in B\.$/,
    ],
    [
      'machine',
      (report) => ({
        ...report,
        machine: report.machine === null ? null : { ...report.machine, logicalCpuCount: 64 },
      }),
      /^The machine differs: /,
    ],
  ])('does not compare runs of another %s, and says what would be worse', async (_, change, sentence) => {
    const a = await buildReport(await writeSyntheticTake({ minutes: 20 }));
    const b = change({ ...a, totals: { ...a.totals, longestFrameGapMs: 9_000 } });
    const comparison = compareReports(a, b);
    expect(comparison.outcome).toBe('notComparable');
    expect(comparison.notComparable[0]).toMatch(sentence);
    expect(comparison.worse).toContainEqual(expect.stringContaining('The longest frame gap') as string);
  });

  it('lists conditions that differ', async () => {
    const known = await buildReport(await writeSyntheticTake({ minutes: 1 }));
    const changed = {
      ...known,
      caps: { ...known.caps, frameQueueFrames: 60 },
      versions: { ...known.versions, ffmpeg: '5.1' },
    };
    const { rows } = compareReports(known, changed);
    expect(rows).toContainEqual({ what: 'cap frameQueueFrames', a: '30', b: '60' });
    expect(rows).toContainEqual({ what: 'version of ffmpeg', a: '7.1', b: '5.1' });
  });

  it('refuses what is no report', async () => {
    await expect(loadReport('/nowhere')).rejects.toMatchObject({ code: 'takeNotFound' });
    const take = await writeSyntheticTake({ minutes: 1 });
    await expect(loadReport(`${take}/manifest.json`)).rejects.toMatchObject({ code: 'takeNotFound' });
  });
});
