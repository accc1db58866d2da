import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);
const sdkLog = pathToFileURL(createRequire(import.meta.url).resolve('#engine/livekit/sdk-log.js')).href;
const noRoom = 'requested room does not exist';
/** Longer than the SDK needs to ask once more, by an older way. Milliseconds. */
const answerMs = 300;

/** Ends the SDK while it joins, as somebody does who waits for a room no longer. */
const program = `
  import { dispose, Room } from '@livekit/rtc-node';
  const { silenceSdkLog } = await import(process.argv[1]);
  silenceSdkLog();
  new Room().connect(process.argv[2], 'a.b.c', { autoSubscribe: false, dynacast: false }).catch(() => undefined);
  process.stdin.once('data', async () => {
    await dispose();
    console.log('disposed');
  });
  process.stdin.once('end', () => process.exit());
`;

it('writes nothing to the terminal when it is ended while it joins a room', async () => {
  let isAsked: () => void = () => undefined;
  let isAnswered: () => void = () => undefined;
  const asked = new Promise<void>((resolve) => (isAsked = resolve));
  const answered = new Promise<void>((resolve) => (isAnswered = resolve));
  const server = createServer((_request, response) => {
    response.writeHead(404).end(noRoom);
    isAnswered();
  });
  server.on('upgrade', (_request, socket) => {
    isAsked();
    setTimeout(() => {
      socket.end(`HTTP/1.1 404 Not Found\r\ncontent-length: ${noRoom.length}\r\n\r\n${noRoom}`);
    }, answerMs);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const env = { ...process.env };
  delete env['RUST_LOG'];
  const args = ['--input-type=module', '-e', program, sdkLog, `ws://127.0.0.1:${port}`];
  const running = run(process.execPath, args, { env });
  await asked;
  running.child.stdin?.write('end\n');
  await answered;
  // What it has to say of it follows at once.
  setTimeout(() => running.child.stdin?.end(), answerMs);
  expect(await running).toEqual({ stdout: 'disposed\n', stderr: '' });
  server.close();
});
