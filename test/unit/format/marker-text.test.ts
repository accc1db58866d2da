import { expect, it } from 'vitest';
import { markerFileName, markersText } from '../../../src-main/format/marker-text.js';

const opening = { takeMs: 61_234, label: 'Opening' };
const question = { takeMs: 3_725_900, label: 'He said "no", twice', note: 'Ask Ada.\r\nThen Ben.' };

it('writes a table that a spreadsheet reads, with times to the millisecond', () => {
  expect(markersText([opening, question], 'csv')).toBe(
    [
      'time,seconds,name,note',
      '00:01:01.234,61.234,Opening,',
      '01:02:05.900,3725.900,"He said ""no"", twice","Ask Ada.',
      'Then Ben."',
      '',
    ].join('\n'),
  );
});

it('writes chapters as YouTube reads them, the first of them at the start', () => {
  expect(markersText([opening, question], 'youtube')).toBe(
    '00:00:00 Start\n00:01:01 Opening\n01:02:05 He said "no", twice\n',
  );
  expect(markersText([{ takeMs: 900, label: 'Hello' }], 'youtube')).toBe('00:00:00 Hello\n');
  expect(markersText([], 'youtube')).toBe('');
});

it('keeps a chapter on one line, and leaves out what steers a terminal', () => {
  const hostile = { takeMs: 0, label: 'two\nlines\u001b[31m', note: '\u0007bell' };
  expect(markersText([hostile], 'youtube')).toBe('00:00:00 two lines[31m\n');
  expect(markersText([hostile], 'csv').split('\n')[1]).toBe('00:00:00.000,0.000,two lines[31m,bell');
});

it('names a download after its take', () => {
  expect(markerFileName('standup-20261124-090000', 'csv')).toBe('standup-20261124-090000-markers.csv');
  expect(markerFileName('standup-20261124-090000', 'youtube')).toBe('standup-20261124-090000-markers.txt');
});
