import { expect, it } from 'vitest';
import { parseMemoryCeiling } from '../../../../src-main/cli/options/parse-size.js';
import { readRecordPlan } from '../../../../src-main/cli/options/record-plan.js';
import { readSoakPlan } from '../../../../src-main/cli/options/soak-plan.js';
import { createPaint } from '../../../../src-main/cli/output/paint.js';
import { liveStatus, plainStatus } from '../../../../src-main/cli/output/status-lines.js';
import { snapshotAt } from '../../../renderer/fake-numbers.js';

it.each([
  ['400M', 400e6],
  ['400', 400e6],
  ['400 MB', 400e6],
  ['1.5G', 1.5e9],
  ['2gb', 2e9],
])('reads %s', (text, bytes) => {
  expect(parseMemoryCeiling(text)).toBe(bytes);
});

it.each(['', '0', '49M', '-400M', '400k', '400b', 'all', '2000000', '1e3M'])('refuses “%s”', (text) => {
  expect(() => parseMemoryCeiling(text)).toThrow('--memory-ceiling is not a size between 50M and 1000G.');
});

it('is part of the take, of `record` as of `soak`', () => {
  const source = { url: 'wss://example.com', room: 'standup', apiKey: 'k', apiSecret: 's' };
  expect(readRecordPlan({ ...source, memoryCeiling: '400M' }, {}).request.memoryCeilingBytes).toBe(400e6);
  expect(readRecordPlan(source, {}).request.memoryCeilingBytes).toBeNull();
  expect(readSoakPlan({ memoryCeiling: '300M' }, {}).request.memoryCeilingBytes).toBe(300e6);
  expect(readSoakPlan({ ...source, memoryCeiling: '300M' }, {}).request.memoryCeilingBytes).toBe(300e6);
});

it('is named in the status lines while frames are done without, and only then', () => {
  const paint = createPaint(false);
  const saving = 'saving memory 4/5: 5 fps (ceiling 200 MB)';
  const tight = snapshotAt(60_000, 0, 'tight');
  expect(liveStatus(tight, 100, paint)).toContain(saving);
  expect(plainStatus(tight)).toContain(saving);
  const over = { ...tight, memory: { ...tight.memory, rssBytes: 201e6 } };
  expect(liveStatus(over, 100, paint).join('\n')).toContain('memory OVER CEILING');
  const calm = snapshotAt(60_000, 0, 'calm');
  expect([...liveStatus(calm, 100, paint), plainStatus(calm)].join()).not.toContain('saving');
});
