import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lossesOf, sumOfLosses } from '../../../src-main/contract/losses.js';
import { manifestSchema } from '../../../src-main/contract/manifest.js';
import { reportSchema } from '../../../src-main/contract/report.js';
import { completeStamp } from '../../../src-main/finalize/complete-stamp.js';
import { buildReport } from '../../../src-main/report/build-report.js';
import { compareReports } from '../../../src-main/report/compare-reports.js';
import { reportPage } from '../../../src-main/report/report-page.js';
import { writeReport } from '../../../src-main/report/write-report.js';
import { writeSyntheticTake } from './synthetic-take.js';
import { accounting, event, session, snapshot, startedAt } from './synthetic-telemetry.js';

describe('a report of a take', () => {
  it('calls half an hour of saw-teeth flat, with interval, window and the seeds’ table', async () => {
    const report = await buildReport(await writeSyntheticTake({ minutes: 30 }));
    expect(report.verdict).toBe('flat');
    const main = report.verdicts.find(({ process }) => process === 'main');
    expect(main?.slope?.upperMbPerMinute).toBeLessThan(1);
    expect(main?.blockMinima.length).toBeGreaterThanOrEqual(8);
    expect(report.verdicts.map(({ process }) => process)).toEqual(['main', 'ffmpeg']);
    expect(report.verdictWindow).toMatchObject({ fromMs: 60_000, warmUpMs: 60_000, restarts: 0 });
    expect(report.table.map(({ takeMs }) => takeMs / 60_000)).toEqual([0, 1, 5, 10, 20, 30]);
    expect(report.memory.overBudget).toBeNull();
    expect(report.memory.peakBudgetShare).toBeCloseTo((report.memory.peakRssBytes ?? 0) / 285e6, 5);
    expect(report.totals).toMatchObject({ framesDropped: 5, longestFrameGapMs: 640, eventLoopLagMaxMs: 412 });
    expect(report.machine?.cpuModel).toBe('Synthetic CPU');
    expect(report.versions.ffmpeg).toBe('7.1');
  });

  it('has the peak that manifest and window have: more is read than is written down', async () => {
    const peak = { peakRssBytes: 240e6, peakBudgetBytes: 285e6 };
    const told = await writeSyntheticTake({
      minutes: 3,
      snapshotChange: () => ({
        memory: {
          ...{ rssBytes: 160e6, budgetBytes: 280e6, ceilingBytes: null, ffmpegRssBytes: 1 },
          ...peak,
        },
      }),
    });
    const running = await buildReport(told);
    expect(running.memory).toMatchObject(peak);
    const path = join(told, 'manifest.json');
    const manifest = manifestSchema.parse(JSON.parse(await readFile(path, 'utf8')));
    const memory = {
      ...{ word: 'NO VERDICT', verdict: null, peakRssBytes: 241e6, budgetBytes: 286e6 },
      ...{ hasExceededBudget: false, exceededCeilingBytes: null },
    };
    await writeFile(path, JSON.stringify({ ...manifest, peakRssBytes: 241e6, memory }));
    const ended = await buildReport(told);
    expect(ended.memory).toMatchObject({ peakRssBytes: 241e6, peakBudgetBytes: 286e6 });
    expect(reportPage(ended)).toContain('peak 241 MB of 286 MB');
  });

  it('says of a take that went on in another folder which part of it the report is of', async () => {
    const told = await writeSyntheticTake({ minutes: 3 });
    const path = join(told, 'manifest.json');
    const manifest = manifestSchema.parse(JSON.parse(await readFile(path, 'utf8')));
    const moved = { code: 'diskFull', message: 'The disk is almost full.', lostFrames: 0, lostAudioMs: 0 };
    const folders = [
      { path: '/disks/one/take', isThis: true, fromPart: 1, fromMs: 0, moved: null },
      { path: '/disks/two/take', isThis: false, fromPart: 2, fromMs: 90_500, moved },
    ];
    await writeFile(path, JSON.stringify({ ...manifest, folders }));
    const page = reportPage(await buildReport(told));
    expect(page).toContain('The take is in several folders.');
    expect(page).toContain('The disk is almost full.');
    expect(page).toContain('00:01:30.5');
    expect(page).not.toContain('/disks/');
  });

  it('judges by what the take was judged by, and says so', async () => {
    const growing = { minutes: 30, leakMbPerMinute: 0.4 };
    const asUsual = await buildReport(await writeSyntheticTake(growing));
    expect(asUsual.verdict).toBe('undecided');
    expect(reportPage(asUsual)).toContain('FLAT: the whole interval is below 0.2 MB/min.');
    const limits = { flatBelowMbPerMinute: 1, leakAboveMbPerMinute: 0.25, areChosen: true };
    const chosen = await buildReport(
      await writeSyntheticTake({ ...growing, snapshotChange: () => ({ verdict: { limits } }) }),
    );
    expect(chosen.verdict).toBe('leaking');
    expect(chosen.verdictWindow.limits).toMatchObject({ leakAboveMbPerMinute: 0.25 });
    expect(reportPage(chosen)).toContain('LEAK: the whole interval is above 0.25 MB/min.');
  });

  it('says what is lost, video and audio apart, as its manifest does', async () => {
    const folder = await writeSyntheticTake({ minutes: 2 });
    const path = join(folder, 'manifest.json');
    const manifest = manifestSchema.parse(JSON.parse(await readFile(path, 'utf8')));
    const files = manifest.files.map((entry) => {
      const video = accounting(3_600, 1_332, 0);
      const file = {
        ...entry,
        video,
        audioLostMs: 6_000,
        segments: [{ file: 'a', startMs: 0, endMs: 120_000 }],
      };
      const intact = { isEarned: true, problem: null, packets: null, worstGap: null };
      return { ...file, stamps: { intact, complete: completeStamp(file) } };
    });
    await writeFile(path, JSON.stringify({ ...manifest, files }));
    const report = await buildReport(folder);
    expect(report.losses).toEqual(sumOfLosses(files.map((file) => lossesOf(file))));
    expect(report.losses).toEqual({
      video: { dueFrames: 3_603, lostFrames: 1_332, missedFrames: 3 },
      audio: { dueMs: 126_000, lostMs: 6_000 },
    });
    expect(report.content).toMatchObject({ grade: 'losses', gaps: 0 });
    const page = reportPage(report);
    expect(page).toContain('✗ 37 % lost');
    expect(page).toContain('1,335 of 3,603 frames (37 %)');
    expect(page).toContain('6.0 s of 126.0 s of audio (4.8 %)');
    expect(page).toContain('<dd>1,335 (37 %)</dd>');
  });

  it('calls 2 MB/min a leak, and says how much', async () => {
    const report = await buildReport(await writeSyntheticTake({ minutes: 30, leakMbPerMinute: 2 }));
    expect(report.verdict).toBe('leaking');
    const { slope } = report.verdicts[0] ?? {};
    expect(slope?.mbPerMinute).toBeGreaterThan(1.7);
    expect(slope?.mbPerMinute).toBeLessThan(2.3);
    const page = reportPage(report);
    expect(page).toContain('✗ LEAK');
    expect(page).toContain('Memory grows');
  });

  it('does not decide on two minutes, and gives none on memory that could not be read', async () => {
    expect((await buildReport(await writeSyntheticTake({ minutes: 2 }))).verdict).toBe('undecided');
    const unreadable = await buildReport(
      await writeSyntheticTake({ minutes: 30, isUnreadableAt: (second) => second === 700 }),
    );
    expect(unreadable.verdict).toBe('unreadable');
    expect(reportPage(unreadable)).toContain('NO VERDICT');
  });

  it('says that memory went over its budget, and when', async () => {
    const report = await buildReport(
      await writeSyntheticTake({ minutes: 10, leakMbPerMinute: 12, budgetBytes: 200e6 }),
    );
    const firstAtMs = report.memory.overBudget?.firstAtMs ?? 0;
    expect(firstAtMs).toBeGreaterThan(150_000);
    expect(firstAtMs).toBeLessThan(300_000);
    expect(report.memory.peakBudgetShare).toBeGreaterThan(1.2);
    expect(reportPage(report)).toContain('OVER BUDGET');
  });

  it('holds nothing against a budget that has no files yet', async () => {
    const report = await buildReport(
      await writeSyntheticTake({ minutes: 1, budgetBytes: 100e6, snapshotChange: () => ({ sinks: [] }) }),
    );
    expect(report.memory).toMatchObject({ overBudget: null, peakBudgetShare: null });
  });

  it('says that memory went over a ceiling, and when', async () => {
    const { memory } = snapshot(0, 170e6, 285e6, 'ada') as { memory: object };
    const at = (ceilingBytes: number | null) => ({ memory: { ...memory, ceilingBytes } });
    const report = await buildReport(
      await writeSyntheticTake({
        minutes: 2,
        snapshotChange: (second) => at(second < 60 ? null : second < 70 ? 160e6 : 180e6),
      }),
    );
    expect(report.memory.overCeiling).toEqual({ firstAtMs: 60_000, lines: 10 });
    expect(report.memory.overBudget).toBeNull();
    expect(reportPage(report)).toContain('OVER CEILING');
    const without = await buildReport(await writeSyntheticTake({ minutes: 2 }));
    expect(without.memory.overCeiling).toBeNull();
    expect(reportPage(without)).not.toContain('OVER CEILING');
    expect(compareReports(without, report).worse).toContain('B went over its ceiling, A did not.');
  });

  it('says when frames were done without to save memory, and for how long', async () => {
    const saving = (second: number): object | undefined => {
      const step = second >= 60 && second < 90 ? 2 : second >= 90 && second < 100 ? 4 : second >= 200 ? 1 : 0;
      return {
        governor: { step, stepCount: 5, action: `step ${step}`, limitBytes: 180e6, limitedBy: 'ceiling' },
      };
    };
    const report = await buildReport(await writeSyntheticTake({ minutes: 4, snapshotChange: saving }));
    expect(report.saving).toEqual({
      totalMs: 80_000,
      count: 2,
      maxStep: 4,
      stretches: [
        { fromMs: 60_000, toMs: 100_000, maxStep: 4, action: 'step 4' },
        { fromMs: 200_000, toMs: 240_000, maxStep: 1, action: 'step 1' },
      ],
    });
    const page = reportPage(report);
    expect(page).toContain('Video was reduced for 1 min 20 s of 4 min, in 2 periods');
    expect(
      reportPage(
        await buildReport(await writeSyntheticTake({ minutes: 2, snapshotChange: () => saving(0) })),
      ),
    ).toContain('Nothing was reduced');
  });

  it('reads a take of a version that had no governor, and whose accounts did not know its cause', async () => {
    const folder = await writeSyntheticTake({ minutes: 2 });
    for (const file of ['manifest.json', 'telemetry.ndjson']) {
      const text = await readFile(join(folder, file), 'utf8');
      expect(text).toContain('"governed":0');
      await writeFile(join(folder, file), text.replaceAll(',"governed":0', ''));
    }
    const report = await buildReport(folder);
    expect(report.saving).toBeNull();
    expect(report.telemetry).toMatchObject({ snapshots: 121, unreadableLines: 0 });
    expect(
      report.streams.every(({ isBalanced, accounting }) => isBalanced && accounting.dropped.governed === 0),
    ).toBe(true);
    expect(reportPage(report)).not.toContain('Saving memory');
  });

  it('draws no line over a gap in the telemetry', async () => {
    const whole = await buildReport(await writeSyntheticTake({ minutes: 3 }));
    const holed = await buildReport(
      await writeSyntheticTake({ minutes: 3, isSilentAt: (second) => second > 60 && second < 90 }),
    );
    expect(holed.telemetry.longestSilenceMs).toBe(30_000);
    expect(holed.series.rows).toHaveLength(whole.series.rows.length - 29);
    expect(moves(reportPage(whole))).toBe(1);
    expect(moves(reportPage(holed))).toBe(2);
  });

  it('keeps every peak of a long take in few rows', async () => {
    const report = await buildReport(await writeSyntheticTake({ minutes: 60 }));
    expect(report.telemetry.snapshots).toBe(3601);
    expect(report.series.rows.length).toBeLessThanOrEqual(600);
    expect(report.series.bucketMs).toBe(8000);
    const highest = Math.max(...report.series.rows.map(({ rssMaxBytes }) => rssMaxBytes ?? 0));
    expect(highest).toBe(report.memory.peakRssBytes);
    expect(Math.max(...report.series.rows.map(({ frameGapMaxMs }) => frameGapMaxMs ?? 0))).toBe(640);
    for (const row of report.series.rows) {
      const parts = (row.heapTotalBytes ?? 0) + (row.externalBytes ?? 0) + (row.nativeBytes ?? 0);
      expect(parts).toBe(row.rssMaxBytes);
    }
  });

  it('tolerates a last line that was cut, damage in the middle, and lines of another version', async () => {
    const report = await buildReport(
      await writeSyntheticTake({
        minutes: 2,
        extra: { 30: ['not ours', { schema: 'plateau.weather/9', sun: true }] },
        cutOffLine: '{"schema":"plateau.snapshot/1","at":"2026-11-',
      }),
    );
    expect(report.telemetry).toMatchObject({ snapshots: 121, unreadableLines: 1, isLastLineCut: true });
    expect(reportPage(report)).toContain('The last line is cut off.');
  });

  it('reports a take of before the session line, and says what is not known', async () => {
    const report = await buildReport(await writeSyntheticTake({ minutes: 2, hasSession: false }));
    expect(report.machine).toBeNull();
    expect(report.versions).toEqual({ plateau: '0.1.0' });
    expect(report.budget).toEqual({ totalBytes: 285e6, lines: [] });
    expect(reportPage(report)).toContain('not recorded');
  });

  it('takes the largest budget line by line', async () => {
    const change = (totalBytes: number, buffer: string): object => ({
      schema: 'plateau.budget/1',
      at: startedAt.toISOString(),
      takeMs: 0,
      totalBytes,
      lines: [{ buffer, bytes: totalBytes }],
    });
    const report = await buildReport(
      await writeSyntheticTake({
        minutes: 1,
        extra: { 1: [change(2e8, 'one'), change(3e8, 'two')], 9: [change(1e8, 'three')] },
      }),
    );
    expect(report.budget).toEqual({ totalBytes: 3e8, lines: [{ buffer: 'two', bytes: 3e8 }] });
  });

  it('numbers what matters, counts repeats and puts in the faults it is told of', async () => {
    const gap = event(20, 'longFrameGap', 'Long gap between frames: 640 ms', 'warning', 'ada');
    const take = await writeSyntheticTake({
      minutes: 1,
      extra: {
        10: [event(10, 'trackSubscribed', 'ada publishes', 'info', 'ada')],
        20: [gap, gap, gap],
        40: [event(40, 'marker', 'Marker: here', 'info', null)],
      },
    });
    const { events } = await buildReport(take, {
      faults: [{ takeMs: 30_000, name: 'stallSink', message: 'Sink stalled for 5 s' }],
    });
    expect(events.map(({ kind, mark, count }) => [kind, mark, count])).toEqual([
      ['event', null, 1],
      ['event', 1, 3],
      ['fault', 2, 1],
      ['marker', 3, 1],
    ]);
    expect(reportPage(await buildReport(take))).toContain('3 times');
  });

  it('takes the accounts of a take that was cut off from its telemetry, and checks them', async () => {
    const running = await buildReport(
      await writeSyntheticTake({ minutes: 2, state: 'recording', identity: 'ada' }),
    );
    expect(running.streams[0]).toMatchObject({
      medium: 'video',
      isBalanced: true,
      accounting: { received: 3602, queued: 2 },
    });
    expect(running.take.durationMs).toBe(120_000);
  });

  it('draws the recorder without caps beside the one with, and says where it ended', async () => {
    const unboundedAt = (second: number, peakRssBytes: number, stopReason: 'memory' | null): object => ({
      ...snapshot(second, 150e6, 285e6, 'ada'),
      unbounded: {
        state: stopReason === null ? 'running' : 'stopped',
        stopReason,
        ...{ rssBytes: peakRssBytes, peakRssBytes, stopAtBytes: 2_000e6, people: 1, ofPeople: 3 },
        ...{ queuedFrames: 1_353, queuedBytes: 1_870e6, peakQueuedFrames: 1_353 },
        ...{ receivedFrames: 1_500, writtenFrames: 147 },
      },
    });
    const folder = await writeSyntheticTake({
      minutes: 2,
      isSilentAt: (second) => second >= 20 && second <= 22,
      extra: {
        20: [unboundedAt(20, 900e6, null)],
        21: [unboundedAt(21, 2_001e6, null)],
        22: [unboundedAt(22, 2_001e6, 'memory')],
      },
    });
    const report = reportSchema.parse(await buildReport(folder));
    expect(report.unbounded).toMatchObject({ stopReason: 'memory', peakRssBytes: 2_001e6 });
    const drawn = report.series.rows.filter(({ unboundedMaxBytes }) => unboundedMaxBytes !== null);
    expect(drawn.map(({ takeMs, unboundedMaxBytes }) => [takeMs, unboundedMaxBytes])).toEqual([
      [20_000, 900e6],
      [21_000, 2_001e6],
    ]);
    // What is judged is the take alone.
    expect(report.memory.peakRssBytes).toBeLessThan(285e6);
    const page = reportPage(report);
    expect(page).toContain('without caps, on purpose');
    expect(page).toMatch(/1,353 frames queued; safety stop reached/);
    const without = await buildReport(await writeSyntheticTake({ minutes: 2 }));
    expect(without.unbounded).toBeNull();
    expect(reportPage(without)).not.toContain('without caps');
  });

  it('lets no name write markup', async () => {
    const identity = '<script>alert(1)</script>"\' onload=\u202E&';
    const take = await writeSyntheticTake({
      minutes: 1,
      identity,
      extra: { 5: [event(5, 'longFrameGap', `<img src=x onerror=alert(1)> ${identity}`, 'error', identity)] },
    });
    const report = await buildReport(take, {
      title: '<b>bold</b>',
      sections: [{ heading: '<i>', columns: ['<u>'], rows: [['</table><script>'], [3]] }],
    });
    const page = reportPage(report);
    expect(page).not.toMatch(/<script|<img|<b>bold|<i>|<u>|onload="|\u202E/);
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39; onload');
    expect(page).not.toMatch(/<[^>]*\s(?:src|href)=|@import|url\((?!#)/);
  });

  it('writes both files in place of older ones, readable by their schema', async () => {
    const take = await writeSyntheticTake({ minutes: 1 });
    await writeReport(take, { title: 'first' });
    const { htmlPath, jsonPath } = await writeReport(take, { title: 'second' });
    expect(reportSchema.parse(JSON.parse(await readFile(jsonPath, 'utf8'))).title).toBe('second');
    expect(await readFile(htmlPath, 'utf8')).toContain('<h1>second</h1>');
    expect((await readdir(take)).sort()).toEqual([
      'manifest.json',
      'report.html',
      'report.json',
      'telemetry.ndjson',
    ]);
    const elsewhere = await writeReport(take, {}, join(take, 'ticket-7.html'));
    expect(elsewhere.jsonPath).toBe(join(take, 'ticket-7.json'));
  });

  it('refuses a folder without a manifest', async () => {
    await expect(buildReport('/nowhere')).rejects.toMatchObject({ code: 'takeNotFound' });
  });

  it('has a session line that names nobody', () => {
    expect(Object.keys(session.machine).sort()).toEqual(
      ['architecture', 'cpuModel', 'logicalCpuCount', 'memoryTotalBytes', 'osRelease', 'platform'].sort(),
    );
  });
});

/** How often the line of RSS begins anew in the memory chart. */
function moves(page: string): number {
  const path = /<path class="line rss" d="([^"]*)"/.exec(page)?.[1] ?? '';
  return path.split('M').length - 1;
}
