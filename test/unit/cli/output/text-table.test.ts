import { describe, expect, it } from 'vitest';
import { createPaint, wantsColor } from '../../../../src-main/cli/output/paint.js';
import { columnsOf, cutToColumns, printable } from '../../../../src-main/cli/output/printable.js';
import { textTable } from '../../../../src-main/cli/output/text-table.js';

const columns = [
  { title: 'file', align: 'left' },
  { title: 'size', align: 'right' },
] as const;

describe('textTable', () => {
  it('lines up wide scripts and emoji by the columns that they take', () => {
    expect(
      textTable(columns, [
        ['ada.mp4', '12.3 MB'],
        ['山田太郎.mp4', '9.99 MB'],
        ['🎥 mia.mp4', '165 MB'],
        ['Zoe\u0301.mp4', '1.00 GB'],
      ]),
    ).toEqual([
      '  file             size',
      '  ada.mp4       12.3 MB',
      '  山田太郎.mp4  9.99 MB',
      '  🎥 mia.mp4     165 MB',
      '  Zoe\u0301.mp4       1.00 GB',
    ]);
  });

  it('has no head where no column has a title, and fills missing cells', () => {
    const untitled = [{ title: '', align: 'left' } as const, { title: '', align: 'right' } as const];
    expect(textTable(untitled, [['sum', '1'], ['x']], '')).toEqual(['sum  1', 'x']);
  });
});

describe('printable text', () => {
  it('measures and cuts by columns, and never through a wide character', () => {
    expect([columnsOf('ada'), columnsOf('山田'), columnsOf('🎥'), columnsOf('e\u0301')]).toEqual([
      3, 4, 2, 1,
    ]);
    expect(cutToColumns('山田太郎', 8)).toBe('山田太郎');
    expect(cutToColumns('山田太郎', 6)).toBe('山田…');
    expect(cutToColumns('recording', 5)).toBe('reco…');
    expect(cutToColumns('recording', 1)).toBe('r');
    expect(cutToColumns('recording', 0)).toBe('');
  });

  it('takes out what could steer a terminal', () => {
    expect(printable('ada\u001b[2J\u202ebob\n')).toBe('ada[2Jbob');
  });
});

describe('paint', () => {
  it('wraps a text in its color only where colors are wanted', () => {
    const [on, off] = [createPaint(true), createPaint(false)];
    expect([on.good('x'), on.warning('x'), on.bad('x'), on.strong('x'), on.faint('x')]).toEqual([
      '\u001b[32mx\u001b[39m',
      '\u001b[33mx\u001b[39m',
      '\u001b[31mx\u001b[39m',
      '\u001b[1mx\u001b[22m',
      '\u001b[2mx\u001b[22m',
    ]);
    expect([off.good('x'), off.bad('x'), off.faint('x')]).toEqual(['x', 'x', 'x']);
  });

  it('wants colors on a terminal that has them, unless NO_COLOR says otherwise', () => {
    expect(wantsColor(true, {})).toBe(true);
    expect(wantsColor(true, { NO_COLOR: '' })).toBe(true);
    expect(wantsColor(true, { NO_COLOR: '1' })).toBe(false);
    expect(wantsColor(true, { TERM: 'dumb' })).toBe(false);
    expect(wantsColor(false, {})).toBe(false);
  });
});
