import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SignJWT } from 'jose';
import { AccessToken } from 'livekit-server-sdk';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findFfmpeg } from '#engine/ffmpeg/ffmpeg-binary.js';
import { type EmbeddedServer, startLivekitServer } from '#engine/lab/server/livekit-server.js';
import { freeTcpPort } from '#engine/lab/server/loopback-ports.js';
import { type CommandResult, jsonLines, program, runCommand } from '../../fixtures/command.js';

const run = promisify(execFile);
const canMount = process.platform === 'linux' && process.getuid?.() === 0;
const wrongSecret = 'this-is-not-the-secret-of-that-server-0123456789';

let server: EmbeddedServer;
let folder: string;

beforeAll(async () => {
  server = await startLivekitServer();
});

afterAll(async () => {
  await server.stop();
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-cli-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** `plateau record` with what a right command line has; a value of null leaves an option out. */
function recordArgs(changes: Readonly<Record<string, string | null>> = {}): string[] {
  const options: Record<string, string | null> = {
    url: server.url,
    room: 'studio',
    'api-key': server.apiKey,
    'api-secret': server.apiSecret,
    out: join(folder, 'takes'),
    ...changes,
  };
  const given = Object.entries(options).filter(([, value]) => value !== null);
  return ['record', ...given.map(([name, value]) => `--${name}=${value ?? ''}`)];
}

function token(claims: {
  readonly room?: string;
  readonly ttl?: number;
  readonly secret?: string;
  readonly canSubscribe?: boolean;
}): Promise<string> {
  const made = new AccessToken(server.apiKey, claims.secret ?? server.apiSecret, {
    identity: 'console',
    ttl: claims.ttl ?? 60,
  });
  made.addGrant({
    roomJoin: true,
    canSubscribe: claims.canSubscribe ?? true,
    ...(claims.room === undefined ? {} : { room: claims.room }),
  });
  return made.toJwt();
}

/** One sentence, a hint, the exit code; no stack trace, no secret, nothing on stdout, no take. */
async function expectRefusal(result: CommandResult, code: number, sentence: RegExp): Promise<void> {
  expect(result.stderr).toMatch(sentence);
  expect(result.code).toBe(code);
  const lines = result.stderr.trimEnd().split('\n');
  expect(lines.filter((line) => line.startsWith('error:'))).toHaveLength(1);
  expect(lines.filter((line) => line.startsWith('hint:'))).toHaveLength(1);
  expectNoTraceOrSecret(result);
  expect(await readdir(folder)).not.toContain('takes');
}

function expectNoTraceOrSecret({ stdout, stderr }: CommandResult): void {
  const output = stdout + stderr;
  expect(output).not.toMatch(/^\s+at /m);
  expect(output).not.toContain(server.apiSecret);
  expect(output).not.toContain(wrongSecret);
  expect(output, 'a token begins like this').not.toContain('eyJ');
}

describe('a command line that cannot work', () => {
  it.each<{ what: string; changes: Record<string, string | null>; sentence: RegExp }>([
    { what: 'no server', changes: { url: null }, sentence: /No server is named/ },
    { what: 'a malformed URL', changes: { url: 'htp:/nowhere' }, sentence: /URL|address/ },
    { what: 'a URL without a host', changes: { url: 'wss://' }, sentence: /URL|address/ },
    { what: 'no room', changes: { room: null }, sentence: /No room is named/ },
    { what: 'an empty room', changes: { room: ' ' }, sentence: /room’s name is empty/ },
    { what: 'no credentials', changes: { 'api-key': null, 'api-secret': null }, sentence: /no credentials/ },
    { what: 'a key without a secret', changes: { 'api-secret': null }, sentence: /no API secret/ },
    { what: 'an unknown profile', changes: { profile: '4k120' }, sentence: /no profile of that name/ },
    { what: 'an unknown format', changes: { format: 'avi' }, sentence: /--format does not know/ },
    { what: 'a CRF that is none', changes: { crf: '99' }, sentence: /--crf is not a whole number/ },
    { what: 'CRF and bit rate', changes: { crf: '20', bitrate: '2M' }, sentence: /cannot be given together/ },
    {
      what: 'a duration that is none',
      changes: { duration: 'soon' },
      sentence: /--duration is not a duration/,
    },
    { what: 'a mistyped option', changes: { ruum: 'x' }, sentence: /[Uu]nknown option '--ruum'/ },
  ])('is refused: $what', async ({ changes, sentence }) => {
    await expectRefusal(await runCommand(recordArgs(changes)), 2, sentence);
  });

  it.skipIf(process.platform === 'win32').each([
    ['encode', 128],
    ['copy', 192],
  ])('is refused: too few open files, and it says how many %s needs', async (mode, least) => {
    const command = ['ulimit -n 100; exec "$@"', 'sh', process.execPath, program, ...recordArgs({ mode })];
    const result = await run('sh', ['-c', ...command]).catch((failed: unknown) => failed as CommandResult);
    await expectRefusal(result as CommandResult, 5, new RegExp(`needs at least ${least}`));
  });

  it('is refused: a command that does not exist', async () => {
    const result = await runCommand(['recrod']);
    await expectRefusal(result, 2, /recrod/);
    expect(result.stderr).toContain('record');
  });

  it('says the same to a program, as one line of JSON', async () => {
    const result = await runCommand([...recordArgs({ profile: '4k120' }), '--json']);
    const [line, ...rest] = jsonLines(result.stdout);
    expect(rest).toEqual([]);
    expect(line).toMatchObject({ type: 'result', exitCode: 2, error: { code: 'unknownProfile' } });
    expect(line).not.toHaveProperty('errors');
    expect(result.code).toBe(2);
  });

  it('says several errors to a program one by one, each with its hint', async () => {
    const result = await runCommand([...recordArgs({ profile: '4k120', duration: 'soon' }), '--json']);
    const [line] = jsonLines(result.stdout);
    expect(line).toMatchObject({
      type: 'result',
      exitCode: 2,
      errors: [
        { code: 'usage', message: expect.stringContaining('--duration') as unknown },
        { code: 'unknownProfile' },
      ],
    });
  });
});

describe('a server that does not let the recorder in', () => {
  it('cannot be reached', async () => {
    const url = `ws://127.0.0.1:${await freeTcpPort()}`;
    await expectRefusal(await runCommand(recordArgs({ url })), 3, /cannot be reached \(connection refused\)/);
  });

  it.runIf(process.platform === 'linux')(
    'says nothing of a sound server that it has no use for',
    async () => {
      // There libpulse can make no folder of its own.
      const { stderr } = await runCommand(recordArgs({ url: 'ws://127.0.0.1:9' }), { HOME: '/proc' });
      expect(stderr).toMatch(/^error: The LiveKit server/);
      expect(stderr).not.toMatch(/pulse/i);
    },
  );

  it('does not know the secret', async () => {
    const result = await runCommand(recordArgs({ 'api-secret': wrongSecret }));
    await expectRefusal(result, 4, /refused the credentials/);
  });

  it('does not know the secret that a token was made with', async () => {
    const credentials = { 'api-key': null, 'api-secret': null, room: null };
    const wrong = await token({ room: 'studio', secret: wrongSecret });
    const result = await runCommand(recordArgs({ ...credentials, token: wrong }));
    await expectRefusal(result, 4, /refused the credentials/);
  });

  it('says when a token expired, by its clock and ours', async () => {
    const expired = await token({ room: 'studio', ttl: -3600 });
    const credentials = { 'api-key': null, 'api-secret': null };
    await expectRefusal(
      await runCommand(recordArgs({ ...credentials, token: expired })),
      4,
      /The token expired on \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\. The clock of 127\.0\.0\.1:\d+ says \d{4}.* UTC, this machine’s says \d{4}/,
    );
  });

  it('says from when on a token is valid', async () => {
    const early = await new SignJWT({ video: { roomJoin: true, room: 'studio' } })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer(server.apiKey)
      .setSubject('console')
      .setNotBefore('10m')
      .setExpirationTime('1h')
      .sign(new TextEncoder().encode(server.apiSecret));
    const credentials = { 'api-key': null, 'api-secret': null };
    await expectRefusal(
      await runCommand(recordArgs({ ...credentials, token: early })),
      4,
      /The token is only valid from \d{4}.* UTC on\. The clock of 127\.0\.0\.1:\d+ says/,
    );
  });

  it('is not asked with a token that may not subscribe', async () => {
    const deaf = await token({ room: 'studio', canSubscribe: false });
    const credentials = { 'api-key': null, 'api-secret': null };
    const result = await runCommand(recordArgs({ ...credentials, token: deaf }));
    expect(result.stdout + result.stderr).not.toContain('Connected to room');
    await expectRefusal(result, 4, /does not allow the recorder to subscribe.*canSubscribe is false/);
  });

  it('cannot be reached through a proxy, which is named without its password', async () => {
    const proxy = `127.0.0.1:${await freeTcpPort()}`;
    const result = await runCommand(recordArgs(), { HTTP_PROXY: `http://user:a-password@${proxy}` });
    await expectRefusal(result, 3, new RegExp(`through the proxy ${proxy} \\(HTTP_PROXY\\)`));
    expect(result.stderr).not.toContain('a-password');
  });

  it('would refuse what is no token', async () => {
    const credentials = { 'api-key': null, 'api-secret': null };
    await expectRefusal(
      await runCommand(recordArgs({ ...credentials, token: 'not-a-token' })),
      4,
      /is not a LiveKit access token/,
    );
  });

  it('is not asked with a token of another room, or of none', async () => {
    const credentials = { 'api-key': null, 'api-secret': null };
    const other = await token({ room: 'elsewhere' });
    await expectRefusal(
      await runCommand(recordArgs({ ...credentials, token: other })),
      2,
      /for the room elsewhere/,
    );
    const none = await token({});
    await expectRefusal(
      await runCommand(recordArgs({ ...credentials, room: null, token: none })),
      2,
      /The token names no room/,
    );
  });
});

describe('a machine that cannot record', () => {
  it('has a file where the folder should be', async () => {
    const out = join(folder, 'file');
    await writeFile(out, '');
    await expectRefusal(await runCommand(recordArgs({ out })), 5, /folder/);
    await expectRefusal(await runCommand(recordArgs({ out: join(out, 'below') })), 5, /folder/);
  });

  it.skipIf(process.platform !== 'linux')('has a folder that nobody may write', async () => {
    await expectRefusal(await runCommand(recordArgs({ out: '/proc/plateau' })), 5, /folder/);
  });

  it.skipIf(!canMount)('has no room on its disk (needs root to mount a small one)', async () => {
    const out = join(folder, 'small');
    await mkdir(out);
    await run('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', out]);
    try {
      await expectRefusal(await runCommand(recordArgs({ out })), 5, /free|full/);
    } finally {
      await run('umount', [out]);
    }
  });

  it('has no ffmpeg where FFMPEG_PATH points', async () => {
    const missing = join(folder, 'ffmpeg');
    await expectRefusal(await runCommand(recordArgs(), { FFMPEG_PATH: missing }), 6, /FFMPEG_PATH|ffmpeg/);
  });

  it('has something else than ffmpeg where FFMPEG_PATH points', async () => {
    await expectRefusal(await runCommand(recordArgs(), { FFMPEG_PATH: process.execPath }), 6, /ffmpeg/);
  });

  it.skipIf(process.platform === 'win32').each([
    ['lacks the encoder', '-encoders', 'grep -v libx264', /lacks the encoder libx264/],
    ['is too old', '-version', "sed 's/version [^ ]*/version 4.4.2/'", /4\.4\.2.* is too old/],
    ['dies in a trial', '-i pipe:0', "sh -c 'exit 3'", /in a trial/],
  ])('has an ffmpeg that %s, before anybody is asked', async (_what, argument, filter, sentence) => {
    const { path } = await findFfmpeg();
    const wrapper = join(folder, 'ffmpeg');
    await writeFile(
      wrapper,
      `#!/bin/sh\ncase " $* " in\n*' ${argument} '*) '${path}' "$@" | ${filter} ;;\n*) exec '${path}' "$@" ;;\nesac\n`,
      { mode: 0o755 },
    );
    const nobody = recordArgs({ url: `ws://127.0.0.1:${await freeTcpPort()}` });
    const result = await runCommand(nobody, { FFMPEG_PATH: wrapper });
    await expectRefusal(result, 6, sentence);
    expect(result.stderr).toMatch(/apt install|brew install|winget install/);
  });

  it('has no ffmpeg at all', async () => {
    const empty = join(folder, 'empty');
    await mkdir(empty);
    const result = await runCommand(recordArgs(), { PATH: empty, FFMPEG_PATH: '' });
    await expectRefusal(result, 6, /ffmpeg/);
  });
});

describe('a take that cannot be verified', () => {
  it('is no take, or is not there', async () => {
    for (const path of [folder, join(folder, 'nothing')]) {
      const result = await runCommand(['verify', path]);
      expect(result.stderr).toMatch(/^error: .*\nhint: .*$/m);
      expectNoTraceOrSecret(result);
      expect(result.code).toBe(13);
    }
  });

  it.each(['report', 'compare', 'recover', 'takes'])('is not there for %s either', async (command) => {
    const nothing = join(folder, 'nothing');
    const result = await runCommand([command, nothing, ...(command === 'compare' ? [nothing] : [])]);
    expect(result.stderr).toMatch(/^error: (There is no|The folder holds no) .*\nhint: .*$/m);
    expectNoTraceOrSecret(result);
    expect(result.code).toBe(13);
  });

  it.each([
    ['soak', '--minutes', 'many'],
    ['unbounded', '--seconds', 'many'],
  ])('is a command line that cannot be understood, and no verdict, in %s', async (...args) => {
    const result = await runCommand(args);
    await expectRefusal(result, 2, /has to be a number/);
  });
});
