import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ConsoleService } from '#engine/console/console-service.js';
import type { CommandInput, CommandName, CommandOutput, ConsoleEvent } from '#engine/contract/console.js';
import { unaccountedCopies } from '#engine/contract/copy-account.js';
import { unaccountedFrames } from '#engine/contract/drop-causes.js';
import { manifestSchema } from '#engine/contract/manifest.js';
import { openBrowserConsole } from '../../fixtures/browser-console.js';

let folder: string;
let service: ConsoleService;
let events: ConsoleEvent[];
let look = (): void => undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-console-copy-'));
  service = await openBrowserConsole(folder, '/takes/');
  events = [];
  service.subscribe((event) => {
    events.push(event);
    look();
  });
});

afterAll(async () => {
  await service.close();
  await rm(folder, { recursive: true, force: true });
});

async function ok<Name extends CommandName>(
  name: Name,
  input: CommandInput<Name>,
): Promise<CommandOutput<Name>> {
  const result = await service.run(name, input);
  if (!result.ok) throw new Error(`${name}: ${result.error.message}`);
  return result.value;
}

/** What was told from now on, or after it, fits. */
function told(isIt: (event: ConsoleEvent) => boolean): Promise<void> {
  const from = events.length;
  return new Promise((resolve) => {
    look = () => {
      if (events.slice(from).some(isIt)) resolve();
    };
  });
}

it(
  'records what was sent from the console, which shows everybody meanwhile',
  { timeout: 60_000 },
  async () => {
    await ok('updateSettings', { takeMode: 'copy', splitEveryMinutes: 1 });
    await ok('connectDemo', {});
    // One of the demo room comes late, on a slow machine before the stop.
    await ok('updateSettings', { armsNewcomers: 'off' });
    await ok('arm', { identity: 'ben', isArmed: false });
    const { takeName } = await ok('startTake', {});
    expect(service.state).toMatchObject({
      source: { kind: 'demo', credentialKind: 'apiKey' },
      take: { name: takeName, mode: 'copy' },
    });
    await told((event) => event.type === 'thumbnail' && event.thumbnail.identity === 'ben');
    await told((event) => event.type === 'levels' && event.levels.some(({ peakDbfs }) => peakDbfs > -30));
    expect(await service.run('saveReplay', {})).toMatchObject({ ok: false, error: { code: 'invalidState' } });
    const killing = { fault: { name: 'killFfmpeg' }, isConfirmed: false } as const;
    expect(await service.run('startFault', killing)).toMatchObject({ ok: false });
    // The console’s own way to the room breaks: nothing is missing from the take, which is received over another.
    await ok('startFault', { fault: { name: 'dropNetwork', scenario: 'fullReconnect' }, isConfirmed: false });
    await told((event) => event.type === 'snapshot' && (event.snapshot.takeMs ?? 0) > 4_000);
    const snapshot = events.flatMap((event) => (event.type === 'snapshot' ? [event.snapshot] : [])).at(-1);
    const { memory, sinks } = snapshot ?? { memory: null, sinks: [] };
    expect(memory?.rssBytes).toBeLessThan(memory?.budgetBytes ?? 0);
    expect(sinks.map(({ file }) => file).sort()).toEqual(['ada.mkv']);
    for (const { isRecording, video } of sinks) {
      expect(isRecording).toBe(true);
      expect(video?.fpsOut).toBeGreaterThan(5);
    }
    const { takeMs: pausedAtMs } = await ok('pauseTake', {});
    await told((event) => event.type === 'snapshot' && (event.snapshot.pausedMs ?? 0) > 1_000);
    expect(service.state.take?.isPaused).toBe(true);
    await ok('resumeTake', {});
    await told((event) => event.type === 'snapshot' && (event.snapshot.takeMs ?? 0) > pausedAtMs + 2_000);
    const stopped = await ok('stopTake', {});
    const manifest = manifestSchema.parse(
      JSON.parse(await readFile(join(folder, 'takes', takeName, 'manifest.json'), 'utf8')),
    );
    expect(manifest.files.map(({ problem }) => problem ?? null)).toEqual([null]);
    expect(stopped).toMatchObject({ takeName, isVerified: true });

    expect(manifest).toMatchObject({ mode: 'copy', state: 'complete', notRecorded: [], standstills: [] });
    expect(manifest.files.map(({ file }) => file).sort()).toEqual(['ada.mkv']);
    expect(manifest.pauses?.map(({ takeMs }) => takeMs)).toEqual([Math.round(pausedAtMs)]);
    for (const { audio, copy, state, stamps, video } of manifest.files) {
      if (copy === undefined) throw new Error('It is no copied take.');
      expect(state).toBe('verified');
      expect(stamps?.intact.isEarned).toBe(true);
      // Every packet and every frame once, and those of the previews not among them.
      expect(unaccountedCopies(copy.video) + unaccountedCopies(copy.audio)).toBe(0);
      expect(unaccountedFrames(video) + unaccountedFrames(audio)).toBe(0);
      expect(copy.video.frames.written).toBeGreaterThan(60);
      expect(video.dropped.paused).toBeGreaterThan(10);
      expect(audio.dropped.paused).toBeGreaterThan(80);
    }
    const [entry] = await ok('listTakes', {});
    expect(entry).toMatchObject({ takeName, mode: 'copy', condition: 'verified' });
  },
);
