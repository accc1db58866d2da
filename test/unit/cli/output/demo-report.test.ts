import { expect, it } from 'vitest';
import { type AnalysedFile, contentTable } from '../../../../src-main/cli/output/demo-report.js';
import { noDrops } from '../../../../src-main/contract/drop-causes.js';
import { counterStatistics } from '../../../../src-main/lab/content/content-statistics.js';

function fileWith(counters: readonly (number | null)[]): AnalysedFile {
  const content = { pairs: [], silentIntervalsMs: [], counters: counterStatistics(counters) };
  const entry = { file: 'ada.mp4', video: { dropped: noDrops() } };
  return { entry, content } as unknown as AnalysedFile;
}

it('says of which counters it counts those that are skipped', () => {
  const table = contentTable([fileWith([5, 6, 8, 9]), fileWith([null])]);
  expect(table[0]).toContain('counters skipped');
  expect(table.join(' ')).toMatch(/ada\.mp4 .* 1 of 5 /);
  expect(table.join(' ')).not.toContain('0 of');
});
