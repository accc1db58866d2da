import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findFfmpeg } from '../../../src-main/ffmpeg/ffmpeg-binary.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-binary-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function program(name: string, output: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `#!/bin/sh\necho '${output}'\n`);
  await chmod(path, 0o755);
  return path;
}

it('takes the named program before the environment, and the environment before the rest', async () => {
  const named = await program('named', 'ffmpeg version 7.1 Copyright');
  const fromEnvironment = await program('other', 'ffmpeg version n5.1.9 Copyright');
  const environment = { FFMPEG_PATH: fromEnvironment, PATH: '' };
  expect(await findFfmpeg({ explicitPath: named, environment })).toEqual({
    path: named,
    version: '7.1',
    said: 'ffmpeg version 7.1 Copyright',
    source: 'option',
  });
  expect(await findFfmpeg({ environment })).toMatchObject({ version: 'n5.1.9', source: 'FFMPEG_PATH' });
});

it('takes ~ in FFMPEG_PATH for the home of the user', async () => {
  const path = await program('mine', 'ffmpeg version 7.1 Copyright');
  const below = relative(homedir(), path);
  expect(await findFfmpeg({ environment: { FFMPEG_PATH: `~/${below}` } })).toMatchObject({
    path,
    source: 'FFMPEG_PATH',
  });
});

it('never falls back from a program that was named and does not work', async () => {
  const wrong = await program('wrong', 'hello');
  await expect(findFfmpeg({ environment: { FFMPEG_PATH: wrong } })).rejects.toMatchObject({
    code: 'ffmpegMissing',
    message: 'The program named by FFMPEG_PATH is not ffmpeg.',
  });
  await expect(findFfmpeg({ explicitPath: join(folder, 'none') })).rejects.toMatchObject({
    code: 'ffmpegMissing',
    message: 'The program named by the path given cannot be started: there is no such file.',
  });
});

async function script(name: string, text: string, mode = 0o755): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  await chmod(path, mode);
  return path;
}

describe.skipIf(process.platform === 'win32')(
  'a program that does not work is told with its own words',
  () => {
    const loader = 'error while loading shared libraries: libavdevice.so.59: cannot open shared object file';

    it.each([
      [
        'a shared library is missing',
        `#!/bin/sh\necho "$0: ${loader}" >&2\nexit 127\n`,
        `does not run: it ended with code 127 (ffmpeg: ${loader}).`,
      ],
      ['it crashes', '#!/bin/sh\nkill -SEGV $$\n', 'does not run: it was ended by SIGSEGV (no message).'],
      ['it fails without a word', '#!/bin/sh\nexit 3\n', 'does not run: it ended with code 3 (no message).'],
      [
        'its interpreter is missing',
        '#!/nowhere/sh\n',
        'cannot be started: what it needs to run (its loader or interpreter) is not there.',
      ],
    ])('%s', async (_what, text, reason) => {
      const failure = findFfmpeg({ explicitPath: await script('ffmpeg', text) });
      await expect(failure).rejects.toMatchObject({
        code: 'ffmpegMissing',
        message: `The program named by the path given ${reason}`,
      });
    });

    it('this user may not execute it', async () => {
      const failure = findFfmpeg({ explicitPath: await script('ffmpeg', '#!/bin/sh\n', 0o644) });
      await expect(failure).rejects.toMatchObject({
        message: 'The program named by the path given cannot be started: this user may not execute it.',
        hint: expect.stringContaining('chmod +x') as string,
      });
    });
  },
);

it.skipIf(process.platform === 'win32')('says of a program that hangs that it does not answer', async () => {
  const path = join(folder, 'hangs');
  await writeFile(path, '#!/bin/sh\nexec sleep 600\n');
  await chmod(path, 0o755);
  await expect(findFfmpeg({ explicitPath: path, versionLimitMs: 200 })).rejects.toMatchObject({
    code: 'ffmpegMissing',
    message: 'The program named by the path given was started and does not answer.',
  });
});
