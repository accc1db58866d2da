import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { ConsoleService } from '../../../src-main/console/console-service.js';
import { MemorySecretStore } from '../../../src-main/console/secret-store.js';
import { refusalOf } from '../../../src-main/contract/command-availability.js';
import { FakeRecorder } from './fake-recorder.js';

vi.mock('../../../src-main/recorder/recorder.js', async () => ({
  Recorder: (await import('./fake-recorder.js')).FakeRecorder,
}));

it('has a take that begins behind its countdown under way for every console', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'plateau-countdown-'));
  const service = await ConsoleService.open({
    host: {
      kind: 'browser',
      keepsSecrets: false,
      hasFileManager: false,
      canRestart: false,
      mediaBaseUrl: '/',
    },
    ...{ userDataFolder: folder, defaultOutputFolder: join(folder, 'takes') },
    ...{ secrets: new MemorySecretStore(), desktop: null },
  });
  const recorder = FakeRecorder.latest;
  if (recorder === null) throw new Error('the service has made no recorder');
  Object.assign(recorder, { state: 'ready', connection: 'connected' });
  let begin = (): void => undefined;
  recorder.readiness = new Promise((resolve) => {
    begin = resolve;
  });
  await service.run('updateSettings', { armsNewcomers: 'on', countdownSeconds: 1 });
  await service.run('startTake', {});
  await vi.waitFor(() => expect(recorder.acts).toContain('startTake'), { timeout: 10_000 });
  expect(service.state.countdownSeconds).toBeNull();
  const refusals = await Promise.all([
    service.run('disconnect', {}),
    service.run('startTake', {}),
    service.run('updateSettings', { takeMode: 'copy' }),
  ]);
  expect(refusals.map((result) => (result.ok ? null : result.error.message))).toEqual([
    'A take is being started.',
    'Already starting.',
    'You can change this after the take. The memory ceiling can change now.',
  ]);
  expect(recorder.acts.filter((act) => act === 'startTake')).toHaveLength(1);
  // However it was asked for.
  for (const name of ['startSoak', 'startShow'] as const)
    expect(refusalOf('disconnect', service.state, new Set([name]))?.reason).toBe('A take is being started.');
  begin();
  await vi.waitFor(async () => expect((await service.run('disconnect', {})).ok).toBe(true));
  await rm(folder, { recursive: true, force: true });
});
