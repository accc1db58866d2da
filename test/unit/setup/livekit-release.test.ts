import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { archiveName, unpackRelease } from '../../../scripts/setup/livekit-release.mjs';
import { fakeProgram, temporaryFolder } from './fake-programs.js';

const archive = 'livekit_1.13.5_linux_amd64.tar.gz';

function packedServer(): Buffer {
  const folder = temporaryFolder();
  fakeProgram(folder, 'livekit-server', 'livekit-server version 1.13.5');
  execFileSync('tar', ['-czf', archive, 'livekit-server'], { cwd: folder });
  return readFileSync(path.join(folder, archive));
}

/** Serves files by name on loopback; whatever is not among them is 404. */
async function serve(files: Record<string, Buffer | string>) {
  const server = http.createServer((request, response) => {
    const file = files[(request.url ?? '').slice(1)];
    response.statusCode = file === undefined ? 404 : 200;
    response.end(file);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const baseUrl = `http://127.0.0.1:${address.port}`;
  return { baseUrl, version: '1.13.5', platform: 'linux', arch: 'x64' } as const;
}

function destination(): string {
  const folder = path.join(temporaryFolder(), 'incoming');
  mkdirSync(folder);
  return folder;
}

const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex');

test('an archive that matches its published checksum is unpacked', async () => {
  const content = packedServer();
  const release = await serve({
    'checksums.txt': `${'0'.repeat(64)}  another.tar.gz\n${sha256(content)}  ${archive}\n`,
    [archive]: content,
  });
  const folder = destination();
  await unpackRelease(release, folder);
  expect(execFileSync(path.join(folder, 'livekit-server')).toString()).toContain('1.13.5');
});

test('an archive that does not match is refused and never unpacked', async () => {
  const content = packedServer();
  const release = await serve({
    'checksums.txt': `${sha256(Buffer.from('something else'))}  ${archive}\n`,
    [archive]: content,
  });
  const folder = destination();
  await expect(unpackRelease(release, folder)).rejects.toThrow(
    `${archive} has SHA-256 ${sha256(content)}, but`,
  );
  expect(existsSync(path.join(folder, 'livekit-server'))).toBe(false);
});

test('an archive that the checksums do not name is not even fetched', async () => {
  const release = await serve({ 'checksums.txt': 'abc  another.tar.gz\n', [archive]: packedServer() });
  const folder = destination();
  await expect(unpackRelease(release, folder)).rejects.toThrow(`checksums.txt does not name ${archive}`);
  expect(existsSync(path.join(folder, archive))).toBe(false);
});

test('a release that is not there is one sentence', async () => {
  const release = await serve({});
  await expect(unpackRelease(release, destination())).rejects.toThrow(
    `${release.baseUrl}/checksums.txt answered 404`,
  );
  const closed = { ...release, baseUrl: 'http://127.0.0.1:1' };
  await expect(unpackRelease(closed, destination())).rejects.toThrow('http://127.0.0.1:1/checksums.txt: ');
});

test('archives are named as the project names them', () => {
  const on = (platform: NodeJS.Platform, arch: string) =>
    archiveName({ baseUrl: '', version: '1.13.5', platform, arch });
  expect(on('linux', 'x64')).toBe(archive);
  expect(on('linux', 'arm64')).toBe('livekit_1.13.5_linux_arm64.tar.gz');
  expect(on('win32', 'x64')).toBe('livekit_1.13.5_windows_amd64.zip');
  expect(on('darwin', 'arm64')).toBeUndefined();
});
