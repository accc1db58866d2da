import { expect, it } from 'vitest';
import { PlateauError } from '../../../src-main/contract/errors.js';
import { fileProblem, manifestProblem, type Problem, worseProblem } from '../../../src-main/take/problem.js';

const error = new PlateauError('ffmpegFailed', 'ffmpeg ended with code 1.', 'Look at it.');
const ofFile = fileProblem('ada.mp4', 'ada', error);
const ofTake: Problem = { error, concerns: 'take', file: null, identity: null };
const ofRoom: Problem = { error, concerns: 'connection', file: null, identity: null };

it('names the file that is not complete', () => {
  expect(ofFile).toMatchObject({ concerns: 'file', file: 'ada.mp4', identity: 'ada' });
  expect(ofFile.error).toMatchObject({ code: 'ffmpegFailed', hint: 'Look at it.' });
  expect(ofFile.error.message).toBe('ada.mp4 is not complete: ffmpeg ended with code 1.');
});

it.each(['diskFull', 'outputUnwritable'] as const)('ends the take when its disk fails (%s)', (code) => {
  expect(fileProblem('ada.mp4', 'ada', new PlateauError(code, 'No.', 'Hint.')).concerns).toBe('take');
});

it('keeps what concerns more, and of two alike the first', () => {
  expect(worseProblem(null, ofFile)).toBe(ofFile);
  expect(worseProblem(ofFile, ofTake)).toBe(ofTake);
  expect(worseProblem(ofRoom, ofTake)).toBe(ofRoom);
  expect(worseProblem(ofFile, { ...ofFile })).toBe(ofFile);
});

it('is written down with the file that it concerns', () => {
  expect(manifestProblem(null)).toBeNull();
  expect(manifestProblem(ofFile)).toEqual({
    code: 'ffmpegFailed',
    message: ofFile.error.message,
    hint: 'Look at it.',
    file: 'ada.mp4',
    identity: 'ada',
  });
});
