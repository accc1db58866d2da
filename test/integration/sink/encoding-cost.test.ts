import { expect, it } from 'vitest';
import { profiles } from '#engine/contract/profile.js';
import { measureEncodingCost } from '#engine/ffmpeg/encoding-cost.js';
import { findFfmpeg } from '#engine/ffmpeg/ffmpeg-binary.js';

// How fast a machine is nobody can assert; that work which is known to be more costs more, on any.
it('measures what encoding costs with a real ffmpeg: a slower preset costs more, and WebM is measured as well', async () => {
  const { path: ffmpegPath } = await findFfmpeg();
  const costOf = async (profile: Parameters<typeof measureEncodingCost>[1]): Promise<number> =>
    (await measureEncodingCost({ ffmpegPath }, profile)) ?? Number.NaN;
  const usual = profiles['720p30'];
  const fastest = await costOf({ ...usual, preset: 'ultrafast' });
  const slow = await costOf({ ...usual, preset: 'slow' });
  expect(fastest).toBeGreaterThan(0);
  expect(slow).toBeGreaterThan(1.5 * fastest);
  expect(await costOf({ ...usual, container: 'webm' })).toBeGreaterThan(0);
  await expect(measureEncodingCost({ ffmpegPath, signal: AbortSignal.abort() }, usual)).rejects.toThrow(
    'stopped',
  );
}, 60_000);
