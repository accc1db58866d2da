import path from 'node:path';
import { expect, test } from 'vitest';
import { type FfmpegSearch, provideFfmpeg } from '../../../scripts/setup/ffmpeg.mjs';
import { SetUpError } from '../../../scripts/setup/set-up-error.mjs';
import { fakeProgram, listener, temporaryFolder } from './fake-programs.js';

const version = (number: string) => `ffmpeg version ${number} Copyright (c) the FFmpeg developers`;

function search(changes: Partial<FfmpegSearch>): FfmpegSearch {
  return {
    environment: {},
    packagedFfmpeg: () => undefined,
    staticFfmpeg: undefined,
    systemPackage: undefined,
    platform: 'linux',
    ...changes,
  };
}

test('FFMPEG_PATH comes before ffmpeg-static, and that before PATH', async () => {
  const folder = temporaryFolder();
  const explicit = fakeProgram(path.join(folder, 'explicit'), 'ffmpeg', version('1.1'));
  const packaged = fakeProgram(path.join(folder, 'packaged'), 'ffmpeg', version('2.2'));
  const onPath = fakeProgram(path.join(folder, 'bin'), 'ffmpeg', version('3.3'));
  const PATH = path.dirname(onPath);
  const packagedFfmpeg = () => packaged;

  const first = await provideFfmpeg(
    search({ environment: { PATH, FFMPEG_PATH: explicit }, packagedFfmpeg }),
    listener(),
  );
  expect(first.value.ffmpeg).toBe(explicit);
  expect(first.outcome).toBe('ready, ffmpeg 1.1 from FFMPEG_PATH');

  const second = await provideFfmpeg(search({ environment: { PATH }, packagedFfmpeg }), listener());
  expect(second.value.ffmpeg).toBe(packaged);
  expect(second.outcome).toBe('ready, ffmpeg 2.2 from ffmpeg-static');

  const third = await provideFfmpeg(search({ environment: { PATH } }), listener());
  expect(third.value.ffmpeg).toBe(onPath);
  expect(third.outcome).toBe('ready, ffmpeg 3.3 from PATH');
});

test('FFMPEG_PATH that does not run is refused, not replaced', async () => {
  const folder = temporaryFolder();
  const broken = fakeProgram(folder, 'broken', 'segmentation fault', 139);
  fakeProgram(folder, 'ffmpeg', version('3.3'));
  const attempt = provideFfmpeg(search({ environment: { PATH: folder, FFMPEG_PATH: broken } }), listener());
  await expect(attempt).rejects.toThrow(`FFMPEG_PATH names ${broken}, which does not run as ffmpeg.`);
});

test('an ffmpeg-static without its download is passed over', async () => {
  const folder = temporaryFolder();
  const onPath = fakeProgram(folder, 'ffmpeg', version('3.3'));
  const packagedFfmpeg = () => path.join(folder, 'not-downloaded');
  const found = await provideFfmpeg(search({ environment: { PATH: folder }, packagedFfmpeg }), listener());
  expect(found.value.ffmpeg).toBe(onPath);
});

test('without any, the message names what was tried and the command for the platform', async () => {
  const empty = { environment: { PATH: temporaryFolder() } };
  const onLinux = await rejection(provideFfmpeg(search(empty), listener()));
  expect(onLinux.describe()).toContain('ffmpeg is missing.');
  expect(onLinux.describe()).toContain('FFMPEG_PATH: not set');
  expect(onLinux.describe()).toContain('apt-get install -y ffmpeg');
  const onMac = await rejection(provideFfmpeg(search({ ...empty, platform: 'darwin' }), listener()));
  expect(onMac.remedies).toContain('brew install ffmpeg');
});

test("the system's package is installed when nothing is there, and then used", async () => {
  const folder = temporaryFolder();
  const report = listener();
  const systemPackage = packageInto(folder);
  const found = await provideFfmpeg(search({ environment: { PATH: folder }, systemPackage }), report);
  expect(found.value.ffmpeg).toBe(path.join(folder, 'ffmpeg'));
  expect(found.outcome).toContain('installed just now');
  expect(report.notes).toEqual([expect.stringContaining('installing')]);
});

test('a failing package manager is part of the message', async () => {
  const systemPackage = { install: () => Promise.resolve('exit code 100: Unable to locate package') };
  const error = await rejection(
    provideFfmpeg(search({ environment: { PATH: temporaryFolder() }, systemPackage }), listener()),
  );
  expect(error.describe()).toContain('apt-get install ffmpeg: exit code 100: Unable to locate package');
});

test('the static one of tests comes behind ffmpeg-static and before PATH, and is asked for only then', async () => {
  const folder = temporaryFolder();
  const chosen = fakeProgram(path.join(folder, 'chosen'), 'ffmpeg', version('2.2'));
  const cached = fakeProgram(path.join(folder, 'cached'), 'ffmpeg', version('7.0.2'));
  fakeProgram(folder, 'ffmpeg', version('3.3'));
  const neverAsked = () => Promise.reject(new Error('nobody should have asked for it'));
  const named = { environment: { PATH: folder, FFMPEG_PATH: chosen }, staticFfmpeg: neverAsked };
  const packaged = { environment: { PATH: folder }, packagedFfmpeg: () => chosen, staticFfmpeg: neverAsked };
  for (const first of [named, packaged]) {
    const report = listener();
    expect((await provideFfmpeg(search(first), report)).value.ffmpeg).toBe(chosen);
    expect(report.notes).toEqual([]);
  }
  const found = await provideFfmpeg(
    search({ environment: { PATH: folder }, staticFfmpeg: () => Promise.resolve(cached) }),
    listener(),
  );
  expect(found.value).toEqual({ ffmpeg: cached, source: 'static' });
  expect(found.outcome).toBe('ready, ffmpeg 7.0.2 from the cache, static, for tests');
});

test('where the static one cannot be had, or does not run, that of PATH is used, and the reason is told', async () => {
  const folder = temporaryFolder();
  const onPath = fakeProgram(folder, 'ffmpeg', version('5.1'));
  const broken = fakeProgram(folder, 'broken', 'exec format error', 126);
  const cannot: [() => Promise<string>, string][] = [
    [() => Promise.reject(new Error('pip download: no network')), 'pip download: no network'],
    [() => Promise.resolve(broken), `${broken} does not run`],
  ];
  for (const [staticFfmpeg, reason] of cannot) {
    const report = listener();
    const found = await provideFfmpeg(search({ environment: { PATH: folder }, staticFfmpeg }), report);
    expect(found.value).toEqual({ ffmpeg: onPath, source: 'PATH' });
    expect(report.notes).toEqual([expect.stringContaining(reason)]);
  }
});

test("the system's package is installed behind a static one that cannot be had, which is asked for once", async () => {
  const folder = temporaryFolder();
  const report = listener();
  const systemPackage = packageInto(folder);
  const staticFfmpeg = () => Promise.reject(new Error('there is no python3'));
  const found = await provideFfmpeg(
    search({ environment: { PATH: folder }, staticFfmpeg, systemPackage }),
    report,
  );
  expect(found.value).toEqual({ ffmpeg: path.join(folder, 'ffmpeg'), source: 'PATH' });
  expect(report.notes.filter((note) => note.startsWith('the static one'))).toHaveLength(1);
});

/** A system whose package of ffmpeg puts it into a folder. */
function packageInto(folder: string): { install(): Promise<string> } {
  return {
    install: () => {
      fakeProgram(folder, 'ffmpeg', version('5.1'));
      return Promise.resolve('');
    },
  };
}

async function rejection(attempt: Promise<unknown>): Promise<SetUpError> {
  const error: unknown = await attempt.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof SetUpError)) throw new Error('it did not fail with a SetUpError');
  return error;
}
