import { describe, expect, it } from 'vitest';
import { presenceOf } from '../../../electron/presence/presence.js';
import { refusalOf } from '../../../src-main/contract/command-availability.js';
import type { CommandName, ConsoleState } from '../../../src-main/contract/console.js';
import type { ConsoleParticipant } from '../../../src-main/contract/console-participant.js';
import { refusalOfFault, unusedReason } from '../../../src-main/contract/copy-availability.js';
import { disabledReasonFor, disabledReasonForShow } from '../../../src-renderer/stores/session.js';
import { consoleState } from '../electron/presence/console-state.js';

const { settings } = consoleState();
const source = { kind: 'server', host: 'example.org', room: 'studio', credentialKind: 'apiKey' } as const;

function person(
  identity: string,
  isEncrypted: boolean,
  change: Partial<ConsoleParticipant> = {},
): ConsoleParticipant {
  const track = { isMuted: false, isSubscribed: true, isEncrypted, declaredSize: null };
  return {
    ...{ identity, name: '', isPresent: true, isArmed: true },
    tracks: [{ role: 'camera', kind: 'video', ...track }],
    ...change,
  };
}

/** In a room, about to copy. */
function ready(
  change: Partial<ConsoleState> = {},
  set: Partial<ConsoleState['settings']> = {},
): ConsoleState {
  return consoleState({
    ...{ recorder: 'ready', connection: 'connected', source, participants: [person('ada', false)] },
    settings: { ...settings, takeMode: 'copy', ...set },
    ...change,
  });
}

function copying(change: Partial<NonNullable<ConsoleState['take']>> = {}): ConsoleState {
  const take = { name: 'studio-1', startedAt: '2026-01-01T00:00:00.000Z', markers: [] };
  return ready({ recorder: 'recording', take: { ...take, mode: 'copy', ...change } });
}

function reasonOf(name: CommandName, console: ConsoleState): string | null {
  return disabledReasonFor(name, { link: 'open', console, pending: new Set() });
}

describe('a take that is to be copied', () => {
  it('may start with key and secret, with a replay buffer as well', () => {
    expect(refusalOf('startTake', ready())).toBeNull();
    expect(refusalOf('startSoak', ready())).toBeNull();
    expect(refusalOf('startTake', ready({}, { replaySeconds: 60 }))).toBeNull();
    expect(presenceOf(ready()).mayStart).toBe(true);
    // An engine that says nothing of it joins as it always did.
    expect(refusalOf('startTake', ready({ source: { kind: 'server', host: '', room: '' } }))).toBeNull();
    expect(refusalOf('startTake', ready({}, { backupFolder: '/second' }))).toBeNull();
  });

  const token = ready({ source: { ...source, credentialKind: 'token' } });
  const waiting = ready({ connection: 'waiting', participants: [] });
  it.each([
    ['a room that is not open', waiting, 'before the room is open.'],
    ['a token, which is one identity', token, 'a token is only one.'],
  ])('is refused with %s, the same by window, tray and engine', (_, state, reason) => {
    for (const name of ['startTake', 'startSoak'] as const) {
      const refusal = refusalOf(name, state);
      expect(refusal?.reason).toContain(reason);
      expect(refusal).toMatchObject({
        code: 'invalidState',
        hint: expect.stringContaining('Encode') as string,
      });
      expect(reasonOf(name, state)).toBe(refusal?.reason);
    }
    expect(presenceOf(state).mayStart).toBe(false);
    // The same room may be encoded.
    const { takeMode } = settings;
    expect(refusalOf('startTake', { ...state, settings: { ...state.settings, takeMode } })).toBeNull();
  });

  it('may start with somebody who is encrypted: with their key they are recorded, without it they are named', () => {
    expect(refusalOf('startTake', ready({ participants: [person('ben', true)] }))).toBeNull();
  });

  it('is not what the caps are shown with, also before the demo room is opened', () => {
    const demo = ready({ source: { ...source, kind: 'demo' } });
    expect(reasonOf('startShow', demo)).toContain('copy mode is chosen');
    const console = ready({ recorder: 'idle', connection: 'disconnected', source: null });
    expect(disabledReasonForShow({ link: 'open', console, pending: new Set() })).toContain('copy mode');
  });
});

it('goes over to copy mode with a second copy, which goes on', () => {
  const encoding = copying({ mode: 'encode' });
  const backedUp = { ...encoding, settings: { ...settings, backupFolder: '/second' } };
  expect(refusalOf('continueCopied', backedUp)).toBeNull();
  const replaying = { ...backedUp, settings: { ...settings, replaySeconds: 60 } };
  expect(refusalOf('continueCopied', replaying)?.reason).toBe(
    'A take with a replay buffer cannot go over to copy mode.',
  );
});

describe('a take that is copied', () => {
  it.each([['saveReplay', 'The replay buffer is off.']] as const)(
    'cannot %s, and says so',
    (name, reason) => {
      expect(refusalOf(name, copying())).toMatchObject({ code: 'invalidState', reason });
      expect(reasonOf(name, copying())).toBe(reason);
    },
  );

  it('can be marked, paused, stopped and watched, by the tray as well', () => {
    for (const name of [
      'addMarker',
      'moveTake',
      'pauseTake',
      'splitTake',
      'stopTake',
      'nextImage',
      'nextAudio',
      'startFault',
    ] as const)
      expect(refusalOf(name, copying())).toBeNull();
    expect(refusalOf('resumeTake', copying({ isPaused: true }))).toBeNull();
    expect(presenceOf(copying())).toMatchObject({ mayPause: true, mayResume: false, mayStop: true });
  });

  it('has no encoder that a fault could be done to', () => {
    expect(refusalOfFault('killFfmpeg', copying())?.reason).toContain('has no encoder');
    expect(refusalOfFault('stallSink', copying())?.code).toBe('invalidState');
    expect(refusalOfFault('blockLoop', copying())).toBeNull();
    expect(refusalOfFault('killFfmpeg', copying({ mode: 'encode' }))).toBeNull();
    expect(refusalOfFault('killFfmpeg', ready())).toBeNull();
  });
});

it('saves a replay while a take is copied, and before one', () => {
  const { settings: on } = ready({}, { replaySeconds: 60 });
  expect(refusalOf('saveReplay', { ...copying(), settings: on })).toBeNull();
  expect(refusalOf('saveReplay', ready({}, { replaySeconds: 60 }))).toBeNull();
  expect(refusalOf('saveReplay', ready())?.reason).toBe('The replay buffer is off.');
  expect(refusalOf('saveReplay', ready({}, { takeMode: 'encode' }))?.reason).toBe(
    'The replay buffer is off.',
  );
});

it('says why a choice means nothing in copy mode, and nothing of it otherwise', () => {
  expect(unusedReason('container', { takeMode: 'copy' })).toBe('In copy mode files are always MKV.');
  expect(unusedReason('container', { takeMode: 'encode' })).toBeNull();
});
