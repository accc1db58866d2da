import { expect, it } from 'vitest';
import { readDeliverSettings } from '../../../../src-main/cli/options/deliver-options.js';
import { deliverableText, progressLine } from '../../../../src-main/cli/output/deliver-lines.js';
import { exitCodeOf, fileLines, lastLine } from '../../../../src-main/cli/run/delivery-telling.js';
import { PlateauError } from '../../../../src-main/contract/errors.js';
import { TimeLeft } from '../../../../src-main/deliver/time-left.js';

it('takes 30 frames per second and the size that was sent, and what else is offered', () => {
  expect(readDeliverSettings({})).toEqual({ fps: 30, size: 'source' });
  expect(readDeliverSettings({ fps: '25', size: '1080P' })).toEqual({ fps: 25, size: '1080p' });
  for (const wrong of [{ fps: '29.97' }, { fps: '0' }, { size: '4k' }])
    expect(() => readDeliverSettings(wrong)).toThrow(PlateauError);
});

it('says which file it is at, how far that is, and how long all of it takes', () => {
  const progress = { file: 'ada.mp4', number: 1, files: 3, step: 'encoding', fileFraction: 0.43 } as const;
  expect(progressLine(progress, 720_000)).toBe('ada.mp4 (1 of 3): Encoding, 43 %, about 12 min left');
  expect(progressLine({ ...progress, files: 1, step: 'proving' }, null)).toBe(
    'ada.mp4: Checking against the original, 43 %',
  );
});

it('tells how long it goes on by what was done since it began, not since an earlier run did', () => {
  let nowMs = 0;
  const left = new TimeLeft(() => nowMs);
  expect(left.at(0.5)).toBeNull();
  nowMs = 2_000;
  expect(left.at(0.52)).toBeNull();
  nowMs = 10_000;
  // Four hundredths in ten seconds: 46 of them are left.
  expect(left.at(0.54)).toBeCloseTo(115_000);
  // It finds stretches of an earlier run.
  expect(left.at(0.8)).toBeNull();
  nowMs = 20_000;
  expect(left.at(0.84)).toBeCloseTo(40_000);
});

it('says what became of each file', () => {
  const file = { source: 'ada.mkv', file: 'ada.mp4', deliverable: null, error: null };
  const error = new PlateauError('verificationFailed', 'It is not.', 'Try again.');
  expect(fileLines({ ...file, outcome: 'kept' })).toEqual([
    '  ada.mp4: is there already, and is as it was made',
  ]);
  expect(fileLines({ ...file, outcome: 'isMp4' })).toEqual(['  ada.mp4: is MP4 already']);
  expect(fileLines({ ...file, outcome: 'failed', error })).toEqual(['  ada.mp4: It is not. Try again.']);
  const made = { durationMs: 90_500, sizeBytes: 12_000_000, settings: { fps: 25, size: 'source' } } as const;
  expect(deliverableText({ ...made, canvas: { width: 1280, height: 720 } })).toBe(
    '1280x720, 25 fps, 00:01:30.5, 12.0 MB',
  );
  expect(deliverableText({ ...made, canvas: null })).toBe('audio, 00:01:30.5, 12.0 MB');
});

it('says of an original in which nothing can be read that the take lacks it, which is no failure to make a file', () => {
  const one = { source: 'ada.mkv', file: 'ada.mp4', deliverable: null, error: null };
  const made = { ...one, outcome: 'made' } as const;
  const unreadable = { ...one, outcome: 'unreadable' } as const;
  const failed = { ...one, outcome: 'failed' } as const;
  expect(fileLines(unreadable)).toEqual([
    '  ada.mp4: nothing of ada.mkv can be read, so there is nothing to make',
  ]);
  expect(lastLine([made, unreadable], '/takes/one')).toBe(
    '1 file in /takes/one, each proven against its original. Of 1 nothing can be read: the take lacks it.',
  );
  expect(lastLine([unreadable], '/takes/one')).toBe(
    'Nothing can be read of any file of the take: nothing to make.',
  );
  const codes = [[made], [made, unreadable], [made, unreadable, failed]].map(exitCodeOf);
  expect(codes).toEqual([0, 8, 7]);
});
