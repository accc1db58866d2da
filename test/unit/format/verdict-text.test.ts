import { expect, it } from 'vitest';
import { overallVerdict } from '../../../src-main/contract/verdict-rules.js';
import {
  describeVerdict,
  formatInterval,
  formatSlope,
  verdictLegend,
} from '../../../src-main/format/verdict-text.js';

const slope = { mbPerMinute: -0.001, lowerMbPerMinute: -0.25, upperMbPerMinute: 0.4 };

it('writes a slope and its interval with their signs', () => {
  expect(formatSlope(slope)).toBe('+0.00 MB/min');
  expect(formatInterval(slope)).toBe('−0.25 to +0.40 MB/min');
  expect(formatSlope(slope, 'MB a cycle')).toBe('+0.00 MB a cycle');
  expect([formatSlope(null), formatInterval(null)]).toEqual(['–', '–']);
});

it('describes a verdict with what it rests on', () => {
  expect(describeVerdict({ verdict: 'flat', slope })).toBe(
    'FLAT (+0.00 MB/min, 90 % interval −0.25 to +0.40 MB/min)',
  );
  expect(describeVerdict({ verdict: 'unreadable', slope: null })).toBe('NO VERDICT');
});

it('builds the legend from the limits that the judge uses', () => {
  expect(verdictLegend({ leakAboveMbPerMinute: 0.4, flatBelowMbPerMinute: 0.3 })).toBe(
    'LEAK: the whole interval is above 0.4 MB/min. ' +
      'FLAT: the whole interval is below 0.3 MB/min. ' +
      'UNDECIDED: neither. NO VERDICT: memory could not be read.',
  );
});

it.each([
  ['flat', undefined, undefined, 'flat'],
  ['flat', 'leaking', undefined, 'leaking'],
  ['undecided', 'flat', 'leaking', 'leaking'],
  ['unreadable', 'flat', 'flat', 'unreadable'],
  ['flat', 'undecided', 'unreadable', 'flat'],
] as const)('recorder %s, ffmpeg %s, window %s: %s', (main, ffmpeg, renderer, overall) => {
  expect(
    overallVerdict({
      main: { verdict: main },
      ffmpeg: ffmpeg === undefined ? null : { verdict: ffmpeg },
      renderer: renderer === undefined ? undefined : { verdict: renderer },
    }),
  ).toBe(overall);
});
