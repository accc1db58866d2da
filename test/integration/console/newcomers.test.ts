import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { manifestSchema } from '#engine/contract/manifest.js';
import { openBrowserConsole } from '../../fixtures/browser-console.js';

it('records whoever is armed while a take runs from that moment on', { timeout: 90_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'plateau-newcomers-'));
  const service = await openBrowserConsole(folder, '/takes/');
  try {
    const run = async (...[name, input]: Parameters<typeof service.run>): Promise<unknown> => {
      const result = await service.run(name, input);
      if (!result.ok) throw new Error(`${name}: ${result.error.message}`);
      return result.value;
    };
    await run('updateSettings', { armsNewcomers: 'ask' });
    await run('connectDemo', {});
    const asked = (): string[] =>
      service.state.participants.filter(({ isAsked }) => isAsked).map(({ identity }) => identity);
    await expect.poll(() => asked().length, { timeout: 20_000 }).toBeGreaterThan(1);
    const [first = '', second = ''] = asked();
    await run('arm', { identity: first, isArmed: true });
    const { takeName } = (await run('startTake', {})) as { takeName: string };
    const takeMs = (): number => Date.now() - Date.parse(service.state.take?.startedAt ?? '');
    await expect.poll(takeMs, { timeout: 20_000 }).toBeGreaterThan(4_000);
    const armedMs = takeMs();
    await run('arm', { identity: second, isArmed: true });
    expect(asked()).not.toContain(second);
    expect(await service.run('arm', { identity: second, isArmed: false })).toMatchObject({
      error: { message: 'Whoever is in the take stays in it until it ends.' },
    });
    await expect.poll(takeMs, { timeout: 20_000 }).toBeGreaterThan(armedMs + 4_000);
    await run('stopTake', {});
    const path = join(folder, 'takes', takeName, 'manifest.json');
    const { files } = manifestSchema.parse(JSON.parse(await readFile(path, 'utf8')));
    expect([...new Set(files.map(({ identity }) => identity))].sort()).toEqual([first, second].sort());
    const begun = files.filter(({ identity }) => identity === second).flatMap(({ tracks }) => tracks);
    expect(begun.length).toBeGreaterThan(0);
    for (const { fromMs } of begun) expect(Math.abs(fromMs - armedMs)).toBeLessThan(1_000);
    expect(files.map(({ state }) => state)).toEqual(files.map(() => 'verified'));
  } finally {
    await service.close();
    await rm(folder, { recursive: true, force: true });
  }
});
