import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { plannedTakeOf, startTake, takeRequestOf } from '../../../src-main/console/start-take.js';
import { copyProfile, profiles } from '../../../src-main/contract/profile.js';
import type { TakeRequest } from '../../../src-main/contract/recording.js';
import type { Settings } from '../../../src-main/contract/settings.js';
import { consoleState } from '../electron/presence/console-state.js';

const roster = { armed: ['ada', 'eve'], unarmed: ['ben'] };

/** Everything is set that can be. */
function store(change: Partial<Settings>): Parameters<typeof takeRequestOf>[0] {
  const settings: Settings = {
    ...consoleState().settings,
    ...{ fallbackFolder: '/other', backupFolder: '/second', splitEveryMinutes: 20, furtherAudio: 'stream' },
    ...{ replaySeconds: null, maxFiles: 12 },
    ...change,
  };
  return { settings, profile: profiles['1080p30'] };
}

it('asks for an encoded take with everything that is set', () => {
  expect(takeRequestOf(store({}), roster)).toEqual({
    ...{ outputFolder: '/takes', fallbackFolder: '/other', backupFolder: '/second', audioOnly: false },
    ...{ profile: profiles['1080p30'], furtherAudio: 'stream', splitEveryMs: 1_200_000, maxFiles: 12 },
    ...{ participants: null, except: ['ben'] },
  });
  expect(plannedTakeOf(store({}))).toMatchObject({ fallbackFolder: '/other', profile: profiles['1080p30'] });
});

it('asks for a copied take without what would encode, of the same people', () => {
  const copied = {
    ...{ outputFolder: '/takes', audioOnly: true, mode: 'copy', profile: copyProfile, maxFiles: 12 },
    ...{ participants: null, except: ['ben'], splitEveryMs: 1_200_000 },
    ...{ backupFolder: '/second', fallbackFolder: '/other' },
  };
  expect(takeRequestOf(store({ takeMode: 'copy', audioOnly: true }), roster)).toEqual(copied);
  expect(takeRequestOf(store({ takeMode: 'copy', armsNewcomers: 'off' }), roster)).toMatchObject({
    ...{ participants: ['ada', 'eve'], except: ['ben'] },
  });
  expect(plannedTakeOf(store({ takeMode: 'copy' }))).toEqual({
    ...{ audioOnly: false, delivers: false, profile: copyProfile, mode: 'copy' },
    ...{ backupFolder: '/second', fallbackFolder: '/other' },
  });
  expect(plannedTakeOf(store({ takeMode: 'copy', makesMp4: true }))).toMatchObject({ delivers: true });
  expect(takeRequestOf(store({ takeMode: 'copy', backupFolder: '' }), roster)).not.toHaveProperty(
    'backupFolder',
  );
});

describe('in the mode that this machine can carry', () => {
  /** A take of audio alone, for which no encoder has to be measured. @returns what was asked of the recorder */
  async function started(
    microphones: number,
    change: Partial<Settings> = {},
    credentialKind: 'apiKey' | 'token' = 'apiKey',
  ): Promise<TakeRequest> {
    const asked: TakeRequest[] = [];
    const publications = Array.from({ length: microphones }, (_, place) => ({
      ...{ identity: `p${place}`, kind: 'audio', role: 'microphone', isMuted: false, declaredSize: null },
    }));
    const recorder = {
      ...{ connection: 'connected', publications, participants: [], take: null },
      joined: { room: 'r', host: 'h', credentialKind },
      startTake: (request: TakeRequest) => {
        asked.push(request);
        return Promise.resolve('/takes/r');
      },
    };
    await startTake({
      recorder,
      room: { roster: { ...roster, takeStarted: () => undefined } },
      settings: { ...store({ takeMode: 'auto', audioOnly: true, ...change }), memoryCeilingBytes: 5e8 },
      telemetry: { takeStarted: () => undefined },
      setProblem: () => undefined,
    } as unknown as Parameters<typeof startTake>[0]);
    const [request] = asked;
    if (request === undefined) throw new Error('No take was started.');
    return request;
  }
  const tooMany = 50 * availableParallelism();

  it('encodes what it can, with everything that is set', async () => {
    // Whatever else runs: two microphones are little, and a token leaves no choice.
    const request = await started(2, {}, 'token');
    expect(request).toMatchObject({ profile: profiles['1080p30'], splitEveryMs: 1_200_000 });
    expect(request.mode).toBeUndefined();
    expect(request.modeReason).toMatch(/^To encode 2 audio tracks takes about 0\.0 of \d+ cores?[.,:]/);
    expect(request.memoryCeilingBytes).toBe(5e8);
  });

  it('copies what is too much, and leaves out what is for an encoder', async () => {
    const request = await started(tooMany);
    expect(request).toMatchObject({ mode: 'copy', profile: copyProfile, except: ['ben'], maxFiles: 12 });
    expect(request).toMatchObject({ splitEveryMs: 1_200_000, backupFolder: '/second' });
    expect(request.fallbackFolder).toBe('/other');
    expect(request.modeReason).toContain('what is sent is copied');
  });

  it('encodes what is too much where copy mode cannot be had, and says so', async () => {
    const request = await started(tooMany, {}, 'token');
    expect(request.mode).toBeUndefined();
    expect(request.modeReason).toContain('this may be too much');
    expect((await started(tooMany, { replaySeconds: 60 })).mode).toBe('copy');
  });
});
