import { execFileSync } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { profiles } from '../../../src-main/contract/profile.js';
import type { FfmpegBinary } from '../../../src-main/ffmpeg/ffmpeg-binary.js';
import { assertHasParts, partsForRecording } from '../../../src-main/ffmpeg/ffmpeg-capabilities.js';
import { KeptParts } from '../../../src-main/ffmpeg/kept-parts.js';
import { runFfmpegToExit } from '../../../src-main/ffmpeg/run-ffmpeg.js';

vi.mock('../../../src-main/ffmpeg/run-ffmpeg.js', async (original) => {
  const real = await original<{ runFfmpegToExit: typeof runFfmpegToExit }>();
  return { ...real, runFfmpegToExit: vi.fn() };
});

const parts = partsForRecording(profiles['720p30'], true);
const answers: Readonly<Record<string, readonly string[]>> = {
  '-bsfs': ['setts'],
  '-decoders': ['pgmyuv', 'h264', 'pcm_s16le', 'aac'].map((name) => ` V....D ${name} x`),
  '-demuxers': ['matroska,webm', 'concat', 'lavfi', 'mov,mp4'].map((name) => ` D  ${name} x`),
  '-encoders': ['libx264', 'aac'].map((name) => ` V....D ${name} x`),
  '-filters': ['aresample', 'anullsrc', 'setparams', 'scale', 'pad', 'setsar', 'color'].map(
    (name) => ` ..C ${name} V->V x`,
  ),
  '-muxers': ['mp4', 'framecrc'].map((name) => `  E ${name} x`),
};

let folder: string;
let program: FfmpegBinary;
let lacking: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-kept-'));
  vi.stubEnv('XDG_CACHE_HOME', folder);
  const path = join(folder, 'ffmpeg');
  await writeFile(path, Buffer.from('7f454c46020101', 'hex'));
  program = { path, version: '7.1', said: 'ffmpeg version 7.1', source: 'PATH' };
  lacking = '';
  vi.mocked(runFfmpegToExit).mockReset();
  vi.mocked(runFfmpegToExit).mockImplementation((run) => {
    const lines = answers[run.arguments.at(-1) ?? ''] ?? [];
    for (const line of lines) if (lacking === '' || !line.includes(lacking)) run.onStdoutLine?.(line);
    return Promise.resolve({ exitCode: 0, stderr: { lines: [] } as never });
  });
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

/** @returns what it was asked for to answer that */
async function asked(ffmpeg = program): Promise<readonly (string | undefined)[]> {
  vi.mocked(runFfmpegToExit).mockClear();
  await assertHasParts(ffmpeg, parts);
  return vi
    .mocked(runFfmpegToExit)
    .mock.calls.map(([{ arguments: args }]) => args.at(-1))
    .sort();
}

const everything = Object.keys(answers);

it('asks a program for its parts once', async () => {
  expect(await asked()).toEqual(everything);
  expect(await asked()).toEqual([]);
});

it('asks again when the program was replaced, touched, or says something else of itself', async () => {
  await asked();
  await writeFile(program.path, Buffer.from('7f454c46020102', 'hex'));
  expect(await asked()).toEqual(everything);
  const { atime } = await stat(program.path);
  await utimes(program.path, atime, new Date(0));
  expect(await asked()).toEqual(everything);
  await copyFile(program.path, join(folder, 'other'));
  expect(await asked({ ...program, path: join(folder, 'other') })).toEqual(everything);
  expect(await asked({ ...program, said: 'ffmpeg version 7.1, libavcodec 61' })).toEqual(everything);
});

it('asks a script each time: it may lead to another program', async () => {
  await writeFile(program.path, '#!/bin/sh\nexec ffmpeg "$@"\n');
  expect(await asked()).toEqual(everything);
  expect(await asked()).toEqual(everything);
});

it('asks for what is not known, and refuses only for what was said now', async () => {
  lacking = 'framecrc';
  await expect(asked()).rejects.toThrow('lacks the muxer framecrc');
  lacking = '';
  // The other lists are known.
  expect(await asked()).toEqual(['-muxers']);
  expect(await asked()).toEqual([]);
});

it('asks as without a cache when that is damaged, or cannot be written', async () => {
  await asked();
  await writeFile(join(folder, 'plateau', 'ffmpeg-parts.json'), '{"build":');
  expect(await asked()).toEqual(everything);
  expect(await asked()).toEqual([]);
  vi.stubEnv('XDG_CACHE_HOME', program.path);
  expect(await asked()).toEqual(everything);
});

it('knows the real one by its file', async () => {
  const real = execFileSync('sh', ['-c', 'command -v ffmpeg || true'], { encoding: 'utf8' }).trim();
  const path = real === '' ? process.execPath : real;
  const kept = await KeptParts.of({ ...program, path });
  expect(kept?.lists).toEqual({});
  await kept?.add({ muxers: ['mp4'] });
  expect((await KeptParts.of({ ...program, path }))?.lists).toEqual({ muxers: ['mp4'] });
  expect(JSON.parse(await readFile(join(folder, 'plateau', 'ffmpeg-parts.json'), 'utf8'))).toMatchObject({
    lists: { muxers: ['mp4'] },
  });
});
