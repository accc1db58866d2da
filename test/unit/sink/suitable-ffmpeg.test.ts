import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PlateauError } from '../../../src-main/contract/errors.js';
import { type Container, copyProfile, profiles } from '../../../src-main/contract/profile.js';
import { findFfmpeg } from '../../../src-main/ffmpeg/ffmpeg-binary.js';
import {
  assertHasParts,
  partsForRecording,
  partsForVerifying,
} from '../../../src-main/ffmpeg/ffmpeg-capabilities.js';
import { findSuitableFfmpeg } from '../../../src-main/sink/suitable-ffmpeg.js';

/** What an ffmpeg that is whole prints of itself, in its own form. */
const lists: Readonly<Record<string, readonly string[]>> = {
  encoders: [' V....D libx264 ', ' V....D libvpx ', ' A..... aac ', ' A....D libopus '],
  decoders: [
    ' V....D pgmyuv ',
    ' VFS..D h264 ',
    ' V....D vp8 ',
    ' A....D pcm_s16le ',
    ' A....D aac ',
    ' A....D opus ',
  ],
  muxers: ['  E mp4 ', '  E matroska ', '  E webm ', '  E framecrc '],
  // The form of version 7, with a mark for devices, among that of version 5.
  demuxers: [' D   mov,mp4,m4a,3gp ', ' D  matroska,webm ', ' D   concat ', ' D d lavfi '],
  filters: ['scale', 'pad', 'setsar', 'setparams', 'color', 'anullsrc', 'aresample'].map(
    (name) => ` ..C ${name}  V->V `,
  ),
  bsfs: ['Bitstream filters:', 'setts', 'noise'],
};

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-suitable-'));
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

interface Fake {
  readonly version?: string;
  readonly without?: readonly string[];
  /** What it does when it is to encode. */
  readonly encode?: string;
}

/** A program that answers like ffmpeg, without the parts that are named. */
async function fake({
  version = '7.1',
  without = [],
  encode = 'cat > /dev/null; echo output',
}: Fake = {}): Promise<string> {
  const answers = Object.entries(lists).map(([kind, lines]) => {
    const left = lines.filter((line) => !without.some((part) => new RegExp(`\\b${part}\\b`).test(line)));
    return `*' -${kind} ') printf '%s\\n' ${left.map((line) => `'${line}description'`.replace(/ ?description'$/, / $/.test(line) ? " description'" : "'")).join(' ')} ;;`;
  });
  const path = join(folder, 'ffmpeg');
  await writeFile(
    path,
    `#!/bin/sh\ncase " $* " in\n*' -version ') echo 'ffmpeg version ${version} Copyright' ;;\n${answers.join('\n')}\n*) ${encode} ;;\nesac\n`,
  );
  await chmod(path, 0o755);
  vi.stubEnv('FFMPEG_PATH', path);
  return path;
}

async function refusalOf(
  container: Container,
  options: Fake,
  audioOnly = false,
): Promise<PlateauError | null> {
  await fake(options);
  const profile = { ...profiles['720p30'], container };
  return findSuitableFfmpeg({ profile, audioOnly }).then(
    () => null,
    (thrown: unknown) => thrown as PlateauError,
  );
}

describe.skipIf(process.platform === 'win32')('an ffmpeg that is to record', () => {
  it.each(['mp4', 'mkv', 'webm'] as const)('is taken for %s when it has everything', async (container) => {
    expect(await refusalOf(container, {})).toBeNull();
  });

  it.each([
    ['mp4', 'libx264', 'the encoder libx264', '--format webm'],
    ['mkv', 'aac', 'the encoder aac', '--format webm'],
    ['webm', 'libvpx', 'the encoder libvpx', '--format mp4'],
    ['webm', 'libopus', 'the encoder libopus', '--format mp4'],
    ['mp4', 'pgmyuv', 'the decoder pgmyuv', ''],
    ['mp4', 'setts', 'the bitstream filter setts', ''],
    ['mkv', 'noise', 'the bitstream filter noise', ''],
    ['mp4', 'scale', 'the filter scale', ''],
    ['webm', 'lavfi', 'the demuxer lavfi', ''],
    ['webm', 'webm', 'the muxer webm', ''],
  ] as const)('is refused for %s without %s, by name', async (container, part, named, other) => {
    const refusal = await refusalOf(container, { without: [part] });
    expect(refusal).toMatchObject({ code: 'ffmpegUnsuitable', exitCode: 6 });
    expect(refusal?.message).toContain(named);
    expect(refusal?.message).toContain('7.1');
    expect(refusal?.hint).toContain('unset FFMPEG_PATH');
    expect(refusal?.hint).toContain(other);
  });

  it('is asked only for what the take needs', async () => {
    expect(await refusalOf('mp4', { without: ['libvpx', 'libopus', 'noise', 'vp8', 'opus'] })).toBeNull();
    expect(await refusalOf('webm', { without: ['libx264', 'aac', 'h264'] })).toBeNull();
    expect(
      await refusalOf('mp4', { without: ['libx264', 'pgmyuv', 'scale', 'h264', 'setts'] }, true),
    ).toBeNull();
  });

  it.each([
    [['libx264', 'aac', 'pgmyuv', 'scale'], null],
    [['opus'], 'the decoder opus'],
  ])('is asked for no encoder where everything is copied: without %s', async (without, named) => {
    await fake({ without, encode: 'exit 1' });
    const task = { profile: copyProfile, audioOnly: false, mode: 'copy' } as const;
    const refusal = await findSuitableFfmpeg(task).then(
      () => null,
      (thrown: unknown) => (thrown as PlateauError).message,
    );
    if (named === null) expect(refusal).toBeNull();
    else expect(refusal).toContain(named);
  });

  it('is asked before a take for what MP4 files are made with when it has ended', async () => {
    await fake({ without: ['libx264'], encode: 'exit 1' });
    const task = { profile: copyProfile, audioOnly: false, mode: 'copy' } as const;
    await expect(findSuitableFfmpeg(task)).resolves.toMatchObject({ version: '7.1' });
    await expect(findSuitableFfmpeg({ ...task, delivers: true })).rejects.toMatchObject({
      code: 'ffmpegUnsuitable',
      message: expect.stringContaining('libx264') as string,
    });
  });

  it.each(['4.4.2-0ubuntu0.22.04.1', 'n4.3', '5.0.1'])('is refused as version %s', async (version) => {
    const refusal = await refusalOf('mp4', { version });
    expect(refusal?.message).toBe(
      `ffmpeg ${version} (from FFMPEG_PATH) is too old: Plateau needs 5.1 or newer.`,
    );
    expect(refusal?.exitCode).toBe(6);
  });

  it.each([
    ['echo "Unrecognized option \'fps_mode\'." >&2; exit 1', 'does not know the option -fps_mode'],
    ['echo "Unknown encoder \'libx264\'" >&2; exit 1', 'lacks the encoder libx264'],
    ['exit 0', 'wrote nothing'],
    ["echo '[error] out of luck' >&2; exit 3", 'ended with code 3 in a trial of a few frames (out of luck)'],
    ['kill -SEGV $$', 'was killed in a trial'],
  ])('is refused when a trial does not work: %s', async (encode, named) => {
    const refusal = await refusalOf('mp4', { version: 'N-47683-g0e8eb07980', encode });
    expect(refusal).toMatchObject({ code: 'ffmpegUnsuitable' });
    expect(refusal?.message).toContain(named);
  });

  it('is looked at again after it was refused', async () => {
    expect((await refusalOf('mp4', { version: '4.4' }))?.code).toBe('ffmpegUnsuitable');
    expect(await refusalOf('mp4', { version: '7.1' })).toBeNull();
  });
});

it('finds everything in the ffmpeg of this machine', async () => {
  const ffmpeg = await findFfmpeg();
  for (const container of ['mp4', 'mkv', 'webm'] as const) {
    const profile = { ...profiles['720p30'], container };
    await assertHasParts(ffmpeg, partsForRecording(profile, true));
    await assertHasParts(ffmpeg, partsForVerifying(profile, true));
    expect(await findSuitableFfmpeg({ profile, audioOnly: container === 'mkv' })).toEqual(ffmpeg);
  }
});
