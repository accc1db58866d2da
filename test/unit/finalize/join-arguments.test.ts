import { expect, it } from 'vitest';
import { profiles } from '../../../src-main/contract/profile.js';
import { chapterList, joinArguments } from '../../../src-main/finalize/join-arguments.js';

it('writes chapters as ffmpeg reads them, each until the next one, whatever their names', () => {
  const chapters = [
    { atMs: 0, title: 'Beginning' },
    { atMs: 1_234.4, title: 'a=b; #1 \\' },
    { atMs: 9_000, title: '' },
  ];
  expect(chapterList(chapters, 8_000)).toBe(
    [
      ';FFMETADATA1',
      ...['[CHAPTER]', 'TIMEBASE=1/1000', 'START=0', 'END=1234', 'title=Beginning'],
      ...['[CHAPTER]', 'TIMEBASE=1/1000', 'START=1234', 'END=9000', 'title=a\\=b\\; \\#1 \\\\'],
      ...['[CHAPTER]', 'TIMEBASE=1/1000', 'START=9000', 'END=9000', 'title=', ''],
    ].join('\n'),
  );
});

it('reads them as one more input, and none where there are none', () => {
  const request = { profile: { ...profiles.source, container: 'mkv' as const }, canvas: null };
  const lists = [{ listFile: '/takes/.ada.parts', offsetUs: 0 }];
  const join = (chaptersFile: string | null): string =>
    joinArguments(request, lists, 0, '/takes/.ada.mkv.finalizing', chaptersFile).join(' ');
  expect(join('/takes/.ada.chapters')).toMatch(
    /-f ffmetadata -i \S+ -map_metadata 0 -map_chapters 1 -map 0 /,
  );
  expect(join(null)).not.toContain('chapters');
});
