import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RunningCommand } from '../fixtures/command.js';
import { ConsoleClient } from '../fixtures/console-client.js';
import { FakeOpener } from '../fixtures/fake-opener.js';

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'plateau-serve-'));
});

afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

it.skipIf(process.platform === 'win32')(
  'opens the browser with a page that only this user can read, and no token in sight of others',
  async () => {
    const opener = await FakeOpener.install(root);
    const settings = join(root, 'settings');
    const serving = new RunningCommand(
      ['serve', '--open', '--user-data', settings, '--out', join(root, 'takes')],
      opener.environment,
    );
    const [, link = ''] = await serving.says(/The console is at (\S+)/);
    const token = new URLSearchParams(new URL(link).hash.slice(1)).get('token') ?? '';
    expect(token).toHaveLength(43);
    const opened = await opener.arguments();
    expect(opened).toMatch(/^file:\/\/\/\S+$/);
    expect(opened).not.toContain(token);
    const page = fileURLToPath(opened);
    expect((await stat(page)).mode & 0o777).toBe(0o600);
    expect((await stat(join(page, '..'))).mode & 0o777).toBe(0o700);
    expect(await readFile(page, 'utf8')).toContain(link);

    const console = await ConsoleClient.follow(link);
    await serving.says(/For another window: /);
    await expect(stat(page)).rejects.toThrow('ENOENT');
    expect((await console.call('updateSettings', { room: 'studio' })).ok).toBe(true);
    expect((await stat(join(settings, 'settings.json'))).mode & 0o777).toBe(0o600);
    expect((await stat(settings)).mode & 0o777).toBe(0o700);
    serving.signal('SIGINT');
    expect((await serving.ended).code).toBe(0);
  },
);
