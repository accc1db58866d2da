import { once } from 'node:events';
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { jsonLines, RunningCommand } from '../../fixtures/command.js';

/** A command that waits for the server needs longer than this. */
const atOnceMs = 3_000;

/** Accepts connections, and never says anything. */
let silent: Server;
let folder: string;
const sockets: Socket[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-interrupts-'));
  silent = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.resume();
  });
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  silent.close();
  await rm(folder, { recursive: true, force: true });
});

function silentPort(): number {
  return (silent.address() as AddressInfo).port;
}

async function expectEndAtOnce(command: RunningCommand): Promise<void> {
  const [socket] = (await once(silent, 'connection')) as [Socket];
  const gone = once(socket, 'close');
  const startedAtMs = performance.now();
  command.signal('SIGINT');
  const { code, stderr, stdout } = await command.ended;
  expect(code).toBe(130);
  expect(performance.now() - startedAtMs).toBeLessThan(atOnceMs);
  expect(stderr).toContain('Ended at once.');
  expect(jsonLines(stdout).at(-1)).toMatchObject({ type: 'result', exitCode: 130, takeFolder: null });
  expect(await readdir(folder)).not.toContain('takes');
  // Nothing that it had started lives on.
  await gone;
}

describe('Ctrl-C while a server does not answer', () => {
  it.each([
    ['record', []],
    ['soak', ['--minutes', '1']],
    ['soak --cycles', ['--cycles', '5']],
    ['soak --takes', ['--takes', '5']],
  ])('ends %s at once', async (name, args) => {
    const [command = ''] = name.split(' ');
    const out = join(folder, 'takes');
    const room = ['--url', `ws://127.0.0.1:${silentPort()}`, '--room', 'studio', '--out', out, '--json'];
    const credentials = { LIVEKIT_API_KEY: 'key', LIVEKIT_API_SECRET: 'a-secret-of-nobody' };
    await expectEndAtOnce(new RunningCommand([command, ...room, ...args], credentials));
  });

  it.skipIf(process.platform === 'win32').each([
    ['demo', ['demo', '--seconds', '10']],
    ['unbounded', ['unbounded', '--seconds', '20']],
    ['soak in the demo room', ['soak', '--minutes', '1']],
  ])('ends %s at once', async (_name, args) => {
    // A livekit-server that hangs: it shows that it runs, and listens nowhere.
    const program = join(folder, 'livekit-server');
    await writeFile(
      program,
      `#!${process.execPath}\nrequire('node:net').connect(${silentPort()}, '127.0.0.1');\n`,
    );
    await chmod(program, 0o755);
    const out = join(folder, 'takes');
    await expectEndAtOnce(
      new RunningCommand([...args, '--out', out, '--json'], { LIVEKIT_SERVER_PATH: program }),
    );
  });
});
