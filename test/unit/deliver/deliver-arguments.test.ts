import { expect, it } from 'vitest';
import {
  joinArguments,
  stretchArguments,
  stretchList,
  videoFilters,
} from '../../../src-main/deliver/deliver-arguments.js';
import type { VideoPlan } from '../../../src-main/deliver/deliver-plan.js';

const plan: VideoPlan = {
  ...{ canvas: { width: 720, height: 1280 }, rotation: 90, slots: 4_500, leadSlots: 0, isColorKnown: true },
};

const after = (args: readonly string[], name: string): string | undefined => args[args.indexOf(name) + 1];

it('encodes from the key frame before a stretch on, and no frame of an earlier one', () => {
  const encode = { sourcePath: '/takes/a/ada.mkv', plan, fps: 30, stretchSeconds: 60 };
  const first = stretchArguments({ ...encode, firstStretch: 0 });
  expect(first).not.toContain('-ss');
  expect(after(first, '-frames:v')).toBe('4500');
  const third = stretchArguments({ ...encode, firstStretch: 2 });
  expect(third.indexOf('-ss')).toBeLessThan(third.indexOf('-i'));
  expect([after(third, '-ss'), after(third, '-frames:v'), after(third, '-segment_start_number')]).toEqual([
    '120',
    '900',
    '2',
  ]);
  expect(after(third, '-vf')).toContain(',fps=30:start_time=120,');
  // Said again: behind the filters ffmpeg 7.0 has forgotten it.
  expect(after(third.slice(third.indexOf('-vf')), '-r')).toBe('30');
  expect(after(third, '-i')).toBe('file:/takes/a/ada.mkv');
});

it('fits frames into the canvas as they were sent, and turns them then', () => {
  const filters = videoFilters(plan, 30, 0);
  expect(filters[0]).toContain('scale=1280:720:');
  expect(filters.indexOf('transpose=clock')).toBeGreaterThan(
    filters.findIndex((one) => one.startsWith('pad=1280:720:')),
  );
  expect(videoFilters({ ...plan, rotation: 0 }, 30, 0).join()).not.toMatch(/transpose|flip/);
});

it('is black before the first frame, and says what the original leaves out of its colors', () => {
  const filters = videoFilters({ ...plan, leadSlots: 60, isColorKnown: false }, 30, 0).join();
  expect(filters).toMatch(/drawbox=.*enable='lt\(t,1\.98/);
  expect(filters).toContain('colorspace=smpte170m');
  expect(videoFilters(plan, 30, 0).join()).not.toMatch(/drawbox|setparams/);
});

it('joins stretches without encoding them again, beside audio of the original', () => {
  const args = joinArguments('/takes/a/ada.mkv', 'list.txt', 'joined.mp4');
  expect(after(args, '-c:v')).toBe('copy');
  expect(args).toContain('1:a');
  expect(after(args, '-af')).toContain('first_pts=0');
  const audioOnly = joinArguments('/takes/a/ada.mkv', null, 'joined.mp4');
  expect(audioOnly).toContain('0:a');
  expect(audioOnly).not.toContain('concat');
  expect(stretchList(2)).toBe("ffconcat version 1.0\nfile 'file:00000.mp4'\nfile 'file:00001.mp4'\n");
});
