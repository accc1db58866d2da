import { expect, it } from 'vitest';
import { plannedTakeOf, takeRequestOf } from '../../../src-main/console/start-take.js';
import { copyProfile, profiles } from '../../../src-main/contract/profile.js';
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
    ...{ participants: null, except: ['ben'] },
  };
  expect(takeRequestOf(store({ takeMode: 'copy', audioOnly: true }), roster)).toEqual(copied);
  expect(takeRequestOf(store({ takeMode: 'copy', armsNewcomers: false }), roster)).toMatchObject({
    ...{ participants: ['ada', 'eve'], except: ['ben'] },
  });
  expect(plannedTakeOf(store({ takeMode: 'copy' }))).toEqual({ audioOnly: false, profile: copyProfile });
});
