import { afterEach, expect, it, vi } from 'vitest';
import { PlateauError } from '../../../src-main/contract/errors.js';
import { fileProblem, manifestProblem, type Problem, worseProblem } from '../../../src-main/take/problem.js';

const error = new PlateauError('ffmpegFailed', 'ffmpeg ended with code 1.', 'Look at it.');
const asked: string[] = [];
const writable = (): Promise<null> => {
  asked.push('folder');
  return Promise.resolve(null);
};
const gone = (): Promise<PlateauError> =>
  Promise.resolve(new PlateauError('outputUnwritable', 'It is gone.', 'Hint.'));
const ofFile = await fileProblem('ada.mp4', 'ada', error, writable);
const ofTake: Problem = { error, concerns: 'take', file: null, identity: null };
const ofRoom: Problem = { error, concerns: 'connection', file: null, identity: null };

it('names the file that is not complete', () => {
  expect(ofFile).toMatchObject({ concerns: 'file', file: 'ada.mp4', identity: 'ada' });
  expect(ofFile.error).toMatchObject({ code: 'ffmpegFailed', hint: 'Look at it.' });
  expect(ofFile.error.message).toBe('ada.mp4 is not complete: ffmpeg ended with code 1.');
});

afterEach(() => {
  vi.useRealTimers();
});

it('ends the take when its disk is full, and when its folder cannot be written any more', async () => {
  const full = new PlateauError('diskFull', 'No.', 'Hint.');
  const unwritable = new PlateauError('outputUnwritable', 'No.', 'Hint.');
  expect(await fileProblem('ada.mp4', 'ada', full, writable)).toMatchObject({ concerns: 'take' });
  expect(await fileProblem('ada.mp4', 'ada', unwritable, gone)).toMatchObject({
    concerns: 'take',
    error: unwritable,
  });
});

it('lets the other files go on when only one of them cannot be written', async () => {
  const taken = new PlateauError('outputUnwritable', 'ada.mp4 is there already.', 'Hint.');
  const problem = await fileProblem('ada.mp4', 'ada', taken, writable);
  expect(problem).toMatchObject({ concerns: 'file', error: { code: 'outputUnwritable' } });
  expect(problem.error.message).toBe('ada.mp4 is not complete: ada.mp4 is there already.');
});

it('does not wait for ever for a folder that does not answer', async () => {
  vi.useFakeTimers();
  const unwritable = new PlateauError('outputUnwritable', 'No.', 'Hint.');
  const judged = fileProblem('ada.mp4', 'ada', unwritable, () => new Promise(() => undefined));
  await vi.advanceTimersByTimeAsync(3_000);
  expect(await judged).toMatchObject({ concerns: 'take' });
  expect(vi.getTimerCount()).toBe(0);
});

it('does not ask the disk about a failure of ffmpeg', async () => {
  asked.length = 0;
  expect(await fileProblem('ada.mp4', 'ada', error, writable)).toMatchObject({ concerns: 'file' });
  expect(asked).toEqual([]);
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
