import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { livekitServerVersion, provideLivekitServer } from '../../../scripts/setup/livekit-server.mjs';
import { fakeProgram, listener, temporaryFolder } from './fake-programs.js';

const version = 'livekit-server version 1.13.5';

function source(name: string, put: (folder: string) => void) {
  return { name, put: (folder: string) => Promise.resolve().then(() => put(folder)) };
}

const neverAsked = source('never', () => {
  throw new Error('nobody should have asked this source');
});

test('LIVEKIT_SERVER_PATH comes before PATH, and that before the cache', async () => {
  const folder = temporaryFolder();
  const explicit = fakeProgram(path.join(folder, 'explicit'), 'server', version);
  const onPath = fakeProgram(path.join(folder, 'bin'), 'livekit-server', version);
  const cache = path.join(folder, 'cache');
  const cached = fakeProgram(
    path.join(cache, 'livekit-server', livekitServerVersion),
    'livekit-server',
    version,
  );
  const PATH = path.dirname(onPath);
  const provide = (environment: NodeJS.ProcessEnv) =>
    provideLivekitServer(environment, cache, [neverAsked], listener());

  expect((await provide({ PATH, LIVEKIT_SERVER_PATH: explicit })).value).toBe(explicit);
  expect((await provide({ PATH })).value).toBe(onPath);
  expect((await provide({ PATH: '' })).value).toBe(cached);
});

test('LIVEKIT_SERVER_PATH that does not run is refused, not replaced', async () => {
  const folder = temporaryFolder();
  fakeProgram(folder, 'livekit-server', version);
  const environment = { PATH: folder, LIVEKIT_SERVER_PATH: path.join(folder, 'absent') };
  await expect(provideLivekitServer(environment, folder, [neverAsked], listener())).rejects.toThrow(
    'does not run as livekit-server',
  );
});

test('the first source that works fills the cache, and the second run asks none', async () => {
  const cache = temporaryFolder();
  const report = listener();
  const sources = [
    source('release archive', () => {
      throw new Error('no answer within 5 s');
    }),
    source('go install', (folder) => {
      fakeProgram(folder, 'livekit-server', version);
    }),
    neverAsked,
  ];
  const first = await provideLivekitServer({ PATH: '' }, cache, sources, report);
  expect(first.outcome).toBe(`${livekitServerVersion} from go install, now in the cache`);
  expect(report.notes).toEqual(['release archive did not work: no answer within 5 s']);
  expect(readdirSync(path.dirname(first.value))).toEqual(['livekit-server']);

  const second = await provideLivekitServer({ PATH: '' }, cache, [neverAsked], listener());
  expect(second.value).toBe(first.value);
});

test('what does not run never reaches the cache', async () => {
  const cache = temporaryFolder();
  const broken = source('release archive', (folder) => {
    fakeProgram(folder, 'livekit-server', 'cannot execute binary file', 126);
  });
  const attempt = provideLivekitServer({ PATH: '' }, cache, [broken], listener());
  await expect(attempt).rejects.toMatchObject({
    message: 'livekit-server is missing.',
    details: expect.arrayContaining(['release archive: what it gave does not run']) as string[],
    remedies: expect.arrayContaining([expect.stringContaining('go install')]) as string[],
  });
  expect(existsSync(path.join(cache, 'livekit-server', livekitServerVersion, 'livekit-server'))).toBe(false);
});

test('two at the same time fetch it once', async () => {
  const cache = temporaryFolder();
  let fetches = 0;
  const sources = [
    source('release archive', (folder) => {
      fetches += 1;
      fakeProgram(folder, 'livekit-server', version);
    }),
  ];
  const both = await Promise.all([
    provideLivekitServer({ PATH: '' }, cache, sources, listener()),
    provideLivekitServer({ PATH: '' }, cache, sources, listener()),
  ]);
  expect(both[0].value).toBe(both[1].value);
  expect(fetches).toBe(1);
});
