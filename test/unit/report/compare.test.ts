import { describe, expect, it } from 'vitest';
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
    expect(comparison.worse).toEqual([]);
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
    expect(compareReports(two, five).worse).toHaveLength(1);
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
    await expect(loadReport('/nowhere')).rejects.toMatchObject({ code: 'usage' });
    const take = await writeSyntheticTake({ minutes: 1 });
    await expect(loadReport(`${take}/manifest.json`)).rejects.toMatchObject({ code: 'usage' });
  });
});
