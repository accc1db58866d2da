import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { ConsoleService } from '#engine/console/console-service.js';
import type { ConsoleState } from '#engine/contract/console.js';
import { readDeliverables } from '#engine/storage/deliverables-file.js';
import { openBrowserConsole } from '../../fixtures/browser-console.js';
import { writeCopiedTake } from '../../fixtures/copied-marks.js';

// What it tests runs behind everything else, other tests included.
vi.setConfig({ testTimeout: 600_000 });

let folder: string;
const names = ['studio-1', 'studio-2', 'studio-3'];
const remembered = (): Promise<string> => readFile(join(folder, 'settings', 'deliveries.json'), 'utf8');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-deliveries-'));
  await writeCopiedTake(join(folder, 'takes', 'studio-1'));
  for (const name of names.slice(1))
    await cp(join(folder, 'takes', 'studio-1'), join(folder, 'takes', name), { recursive: true });
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** The first state that fits, of now or later. */
function until(service: ConsoleService, isIt: (state: ConsoleState) => boolean): Promise<ConsoleState> {
  return new Promise((resolve) => {
    const end = service.subscribe((event) => {
      if (event.type === 'state') look(event.state);
    });
    const look = (state: ConsoleState): void => {
      if (!isIt(state)) return;
      end();
      resolve(state);
    };
    look(service.state);
  });
}

const endedOf = ({ endedDeliveries = [] }: ConsoleState): string[] =>
  endedDeliveries.map(({ files, takeName }) => `${takeName} ${files}`);

it('goes on at the next start with what was queued and interrupted, and drops a take that is gone', async () => {
  const first = await openBrowserConsole(folder, '/media/');
  const settings = { fps: 25, size: 'source' } as const;
  for (const [ahead, takeName] of names.entries())
    expect(await first.run('deliverTake', { takeName, settings })).toEqual({ ok: true, value: { ahead } });
  expect(await first.run('deliverTake', { takeName: 'studio-2' })).toMatchObject({
    error: { code: 'invalidState' },
  });
  const { deliveryQueue } = await until(first, ({ delivery }) => (delivery?.fraction ?? 0) > 0.1);
  expect(deliveryQueue).toEqual(names.slice(1).map((takeName) => ({ takeName, settings })));
  expect(await first.run('cancelDelivery', { takeName: 'studio-3' })).toMatchObject({ ok: true });
  await first.close();
  expect(JSON.parse(await remembered())).toMatchObject({
    takes: [
      { folder: join(folder, 'takes', 'studio-1'), settings, interruptions: 0 },
      { folder: join(folder, 'takes', 'studio-2') },
    ],
  });

  await rm(join(folder, 'takes', 'studio-2'), { recursive: true });
  const second = await openBrowserConsole(folder, '/media/');
  const ended = await until(second, (state) => endedOf(state).length === 2);
  expect(endedOf(ended)).toEqual(['studio-1 2', 'studio-2 0']);
  expect(ended.problem).toMatchObject({
    code: 'deliverablesIncomplete',
    message: expect.stringContaining('The take is not in') as string,
  });
  const made = await readDeliverables(join(folder, 'takes', 'studio-1'));
  expect(made?.files.map((one) => one.settings)).toEqual([settings, settings]);
  await second.close();
  await expect(remembered()).rejects.toMatchObject({ code: 'ENOENT' });
  expect(await readdir(join(folder, 'takes', 'studio-3'))).not.toContain('ada.mp4');
});
