import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { ConsoleState } from '#engine/contract/console.js';
import type { RecorderEvent } from '#engine/contract/snapshot.js';
import { openBrowserConsole } from '../../fixtures/browser-console.js';

it('shows in the demo room what the caps are for, and ends by itself', { timeout: 120_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'plateau-show-'));
  const service = await openBrowserConsole(folder, '/takes/');
  const events: RecorderEvent[] = [];
  let isDone = (): void => undefined;
  const done = new Promise<void>((resolve) => {
    isDone = resolve;
  });
  service.subscribe((event) => {
    if (event.type === 'event') events.push(event.event);
    if (event.type === 'state' && hasEnded(event.state)) isDone();
  });
  try {
    expect(await service.run('connectDemo', {})).toMatchObject({ ok: true });
    const started = await service.run('startShow', { seconds: 16 });
    expect(started).toMatchObject({ ok: true });
    expect(service.state.show).toMatchObject({ isRunning: true, outcome: null, seconds: 16 });
    await done;
    const { show } = service.state;
    expect(show?.takeName).toBe(started.ok ? started.value.takeName : '');
    const begun = events.filter(({ name }) => name === 'faultStarted').map(({ details }) => details['name']);
    expect(begun).toEqual(['unbounded', process.platform === 'win32' ? 'stallSink' : 'pauseFfmpeg']);
    const outcome = show?.outcome;
    if (outcome === null || outcome === undefined) throw new Error('there is nothing to compare');
    // Some seconds of frames that nobody takes: the one without caps has them all.
    expect(outcome.unboundedPeakRssBytes).toBeGreaterThan(100e6);
    expect(outcome.budgetBytes).toBeGreaterThan(outcome.peakRssBytes);
    expect(service.state.faults).toEqual([]);
  } finally {
    await service.close();
    await rm(folder, { recursive: true, force: true });
  }
});

/** The show is over, and its take is finalized. */
function hasEnded({ show, recorder }: ConsoleState): boolean {
  return show?.isRunning === false && recorder === 'ready';
}
