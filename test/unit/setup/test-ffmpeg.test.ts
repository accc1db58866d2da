import path from 'node:path';
import { expect, test } from 'vitest';
import type { FfmpegSearch } from '../../../scripts/setup/ffmpeg.mjs';
import { installedFfmpegVariables, provideTestFfmpeg } from '../../../scripts/setup/test-ffmpeg.mjs';
import { fakeProgram, listener, temporaryFolder } from './fake-programs.js';

const { ffmpeg: installedVariable, missing: missingVariable } = installedFfmpegVariables;

interface Machine {
  readonly named?: string;
  readonly onPath?: string;
  readonly cached?: string;
}

/** Programs of a machine by the versions that they print, and what is handed to the tests there. */
async function provided({ cached, named, onPath }: Machine) {
  const folder = temporaryFolder();
  const program = (name: string, number: string) =>
    fakeProgram(path.join(folder, name), 'ffmpeg', `ffmpeg version ${number} Copyright (c)`);
  const places = {
    cached: cached === undefined ? undefined : program('cached', cached),
    named: named === undefined ? undefined : program('named', named),
    onPath: onPath === undefined ? undefined : program('bin', onPath),
  };
  const search: FfmpegSearch = {
    environment: { PATH: path.join(folder, 'bin'), FFMPEG_PATH: places.named },
    packagedFfmpeg: () => undefined,
    staticFfmpeg: () =>
      places.cached === undefined
        ? Promise.reject(new Error('pip download: no network'))
        : Promise.resolve(places.cached),
    systemPackage: undefined,
    platform: 'linux',
  };
  const environment: NodeJS.ProcessEnv = {};
  const report = listener();
  const { outcome } = await provideTestFfmpeg(search, environment, report);
  return { ...{ environment, outcome, places }, notes: report.notes };
}

test('tests get the static one, and those of the other kind that of PATH', async () => {
  const { environment, outcome, places } = await provided({ cached: '7.0.2', onPath: '5.1.9' });
  expect(environment).toEqual({ FFMPEG_PATH: places.cached, [installedVariable]: places.onPath });
  expect(outcome).toMatch(/^ready, ffmpeg 7\.0\.2 from the cache.*; on PATH ffmpeg 5\.1\.9$/);
});

test('without one on PATH that runs, they learn why, and whoever reads the set-up as well', async () => {
  const { environment, outcome, places } = await provided({ cached: '7.0.2' });
  expect(environment).toEqual({
    FFMPEG_PATH: places.cached,
    [missingVariable]: expect.stringContaining('no ffmpeg on PATH') as string,
  });
  expect(outcome).toContain('are skipped');
});

test('one that somebody named, and that of PATH alone, are used for everything', async () => {
  const named = await provided({ cached: '7.0.2', named: '9.0.2', onPath: '5.1.9' });
  expect(named.environment).toEqual({ FFMPEG_PATH: named.places.named });
  expect(named.notes).toEqual([]);
  const alone = await provided({ onPath: '5.1.9' });
  expect(alone.environment).toEqual({ FFMPEG_PATH: alone.places.onPath });
  expect(alone.notes).toEqual([expect.stringContaining('no network')]);
});
