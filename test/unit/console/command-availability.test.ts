import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { presenceOf } from '../../../electron/presence/presence.js';
import { ConsoleService } from '../../../src-main/console/console-service.js';
import { MemorySecretStore } from '../../../src-main/console/secret-store.js';
import { type CommandName, commands } from '../../../src-main/contract/console.js';
import { PlateauError, type Result } from '../../../src-main/contract/errors.js';
import type { Settings } from '../../../src-main/contract/settings.js';
import {
  type ConnectionState,
  connectionStateSchema,
  type RecorderState,
  recorderStateSchema,
} from '../../../src-main/contract/snapshot.js';
import {
  disabledReasonFor,
  disabledReasonForSetting,
  disabledReasonToArm,
} from '../../../src-renderer/stores/session.js';
import { commandInputs } from './command-inputs.js';
import { FakeRecorder } from './fake-recorder.js';

vi.mock('../../../src-main/recorder/recorder.js', async () => ({
  Recorder: (await import('./fake-recorder.js')).FakeRecorder,
}));
vi.mock('../../../src-main/process/path-answers.js', async (original) => ({
  ...(await original<object>()),
  answersInTime: () => Promise.resolve(true),
}));
vi.mock('../../../src-main/lab/room/demo-session.js', () => ({
  openDemoSession: () =>
    Promise.resolve({ source: {}, people: null, network: null, close: () => Promise.resolve() }),
}));

const inputs = {
  ...commandInputs,
  arm: { identity: 'ada', isArmed: false },
  startFault: { fault: { name: 'stallSink', seconds: 1 }, isConfirmed: true },
  updateSettings: {},
} as const;
const names = Object.keys(commands) as CommandName[];

/** What is done when it may be done; the others need a take on disk, or a room that is really joined. */
const acts: Partial<Record<CommandName, string>> = {
  connect: 'connect',
  connectDemo: 'connect',
  disconnect: 'disconnect',
  startTake: 'startTake',
  startSoak: 'startTake',
  stopTake: 'stopTake',
  pauseTake: 'setPaused true',
  resumeTake: 'setPaused false',
  splitTake: 'splitTake',
  continueCopied: 'continueCopied',
  moveTake: 'moveTake',
  addMarker: 'addMarker',
  restart: 'restart',
  chooseOutputFolder: 'chooseFolder',
};

let folder: string;
let service: ConsoleService;
let recorder: FakeRecorder;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-availability-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  service = await ConsoleService.open({
    host: {
      kind: 'electron',
      keepsSecrets: false,
      hasFileManager: true,
      canRestart: true,
      mediaBaseUrl: 'plateau-media://takes/',
    },
    userDataFolder: folder,
    defaultOutputFolder: join(folder, 'takes'),
    secrets: new MemorySecretStore(),
    desktop: {
      chooseFolder: () => {
        recorder.acts.push('chooseFolder');
        return Promise.resolve(null);
      },
      reveal: () => Promise.resolve(),
      restart: () => {
        recorder.acts.push('restart');
        return Promise.resolve();
      },
    },
  });
  if (FakeRecorder.latest === null) throw new Error('the service has made no recorder');
  recorder = FakeRecorder.latest;
  // Its settings were set up.
  recorder.acts.length = 0;
});

/** What the window says of a command, with what it knows of commands that are under way. */
function inWindow(name: CommandName, pending: readonly CommandName[] = []): string | null {
  return disabledReasonFor(name, { link: 'open', console: service.state, pending: new Set(pending) });
}

function messageOf(result: Result<unknown>): string | null {
  return result.ok ? null : result.error.message;
}

const moments = recorderStateSchema.options.flatMap((state) =>
  connectionStateSchema.options.map((connection) => ({ state, connection })),
);

describe.each(moments)('while the recorder is $state and the connection $connection', (moment) => {
  it.each(names)('window, engine, tray and menu agree on %s', async (name) => {
    Object.assign(recorder, moment);
    const reason = inWindow(name);
    const { mayStart, mayStop, mayMark, mayPause, mayResume } = presenceOf(service.state);
    if (name === 'startTake') expect(mayStart).toBe(reason === null);
    if (name === 'stopTake') expect(mayStop).toBe(reason === null);
    if (name === 'addMarker') expect(mayMark).toBe(reason === null);
    if (name === 'pauseTake') expect(mayPause).toBe(reason === null);
    if (name === 'resumeTake') expect(mayResume).toBe(reason === null);
    const result = await service.handle(name, inputs[name]);
    if (reason !== null) {
      expect(result).toMatchObject({ ok: false, error: { code: 'invalidState', message: reason } });
      expect(recorder.acts).toEqual([]);
    } else if (acts[name] !== undefined) {
      expect(messageOf(result)).toBeNull();
      expect(recorder.acts).toContain(acts[name]);
    }
  });
});

it.each<[RecorderState, ConnectionState, readonly CommandName[]]>([
  ['idle', 'disconnected', ['connect', 'connectDemo', 'arm', 'restart', 'chooseOutputFolder', 'recoverTake']],
  ['connecting', 'connecting', ['disconnect', 'arm', 'restart', 'chooseOutputFolder', 'recoverTake']],
  ['connecting', 'connected', ['disconnect', 'arm', 'restart', 'chooseOutputFolder', 'recoverTake']],
  [
    'ready',
    'connected',
    [
      'disconnect',
      'arm',
      'startTake',
      'startSoak',
      'startShow',
      'restart',
      'chooseOutputFolder',
      'recoverTake',
    ],
  ],
  ['ready', 'reconnecting', ['disconnect', 'arm', 'restart', 'chooseOutputFolder', 'recoverTake']],
  [
    'ready',
    'waiting',
    [
      'disconnect',
      'arm',
      'startTake',
      'startSoak',
      'startShow',
      'restart',
      'chooseOutputFolder',
      'recoverTake',
    ],
  ],
  ['ready', 'disconnected', ['arm', 'restart', 'chooseOutputFolder', 'recoverTake']],
  [
    'recording',
    'connected',
    ['arm', 'stopTake', 'pauseTake', 'splitTake', 'continueCopied', 'moveTake', 'addMarker', 'startFault'],
  ],
  [
    'recording',
    'reconnecting',
    ['arm', 'stopTake', 'pauseTake', 'splitTake', 'moveTake', 'addMarker', 'startFault'],
  ],
  [
    'recording',
    'disconnected',
    ['arm', 'stopTake', 'pauseTake', 'splitTake', 'moveTake', 'addMarker', 'startFault'],
  ],
  ['finalizing', 'connected', []],
])('while it is %s and %s, of what changes something only %j may run', (state, connection, allowed) => {
  Object.assign(recorder, { state, connection });
  const whatever = names.filter((name) => !moments.every((moment) => mayRunIn(moment, name)));
  expect(whatever.filter((name) => inWindow(name) === null).sort()).toEqual([...allowed].sort());
});

function mayRunIn(moment: (typeof moments)[number], name: CommandName): boolean {
  const console = { ...service.state, recorder: moment.state, connection: moment.connection };
  return disabledReasonFor(name, { link: 'open', console, pending: new Set() }) === null;
}

it('starts no take of nobody', async () => {
  Object.assign(recorder, { state: 'ready', connection: 'connected' });
  const people = [{ identity: 'ada', name: 'Ada' }];
  Object.assign(recorder, { participants: people });
  await service.handle('arm', { identity: 'ada', isArmed: false });
  // Whoever joins is armed: there may be somebody to record.
  expect(inWindow('startTake')).toBeNull();
  await service.handle('updateSettings', { armsNewcomers: 'off' });
  expect(inWindow('startTake')).toBe('Nobody is armed.');
  expect(presenceOf(service.state).mayStart).toBe(false);
  expect(messageOf(await service.handle('startTake', {}))).toBe('Nobody is armed.');
  expect(messageOf(await service.handle('startSoak', { minutes: 1 }))).toBe('Nobody is armed.');
  await service.handle('arm', { identity: 'ada', isArmed: true });
  expect(await service.handle('startTake', {})).toMatchObject({ ok: true });
  await service.handle('updateSettings', { armsNewcomers: 'on' });
});

it.each<[CommandName, CommandName, string]>([
  ['startTake', 'startTake', 'Already starting.'],
  ['startTake', 'startSoak', 'Already starting.'],
  ['startSoak', 'startTake', 'Already starting.'],
])('starts one take, however many windows ask: %s, then %s', async (first, second, reason) => {
  Object.assign(recorder, { state: 'ready', connection: 'connected' });
  let begin = (): void => undefined;
  recorder.readiness = new Promise((resolve) => {
    begin = resolve;
  });
  const started = service.handle(first, inputs[first]);
  expect(messageOf(await service.handle(second, inputs[second]))).toBe(reason);
  expect(inWindow(second, [first])).toBe(reason);
  begin();
  expect(await started).toMatchObject({ ok: true });
  expect(recorder.acts).toEqual(['startTake']);
});

it.each<[CommandName, CommandName, Partial<FakeRecorder>, string]>([
  ['connect', 'connectDemo', { state: 'idle' }, 'Already connecting.'],
  ['disconnect', 'startTake', { state: 'ready', connection: 'connected' }, 'Leaving the room.'],
  ['disconnect', 'disconnect', { state: 'ready', connection: 'connected' }, 'Already leaving.'],
  ['stopTake', 'stopTake', { state: 'recording', connection: 'connected' }, 'Already stopping.'],
  ['startTake', 'disconnect', { state: 'ready', connection: 'connected' }, 'A take is being started.'],
  ['startSoak', 'restart', { state: 'ready', connection: 'connected' }, 'A take is being started.'],
  ['startTake', 'arm', { state: 'ready', connection: 'connected' }, 'You can change this after the take.'],
  ['restart', 'startTake', { state: 'ready', connection: 'connected' }, 'The recorder is about to restart.'],
  ['restart', 'connect', { state: 'idle' }, 'The recorder is about to restart.'],
])('while %s is under way, refuses %s', async (first, second, moment, reason) => {
  Object.assign(recorder, moment);
  const running = service.handle(first, inputs[first]);
  expect(messageOf(await service.handle(second, inputs[second]))).toBe(reason);
  expect(inWindow(second, [first])).toBe(reason);
  await running;
});

it.each<['encode' | 'copy', boolean, boolean, string | null]>([
  ['encode', false, true, null],
  ['encode', false, false, null],
  ['encode', true, false, 'Whoever is in the take stays in it until it ends.'],
  ['copy', false, true, 'In copy mode nobody can be added to a take that runs.'],
  ['copy', false, false, null],
])('in a take of %s mode, of somebody armed: %s, arming: %s', async (mode, wasArmed, isArmed, reason) => {
  const participants = [{ identity: 'zoe', name: 'Zoe' }];
  Object.assign(recorder, { state: 'ready', connection: 'connected', participants });
  await service.handle('arm', { identity: 'zoe', isArmed: wasArmed });
  const take = { name: 'a-take', mode, markers: [], isPaused: false, startedAt: new Date() };
  Object.assign(recorder, { state: 'recording', take });
  const [input, pending] = [{ identity: 'zoe', isArmed }, new Set<CommandName>()];
  expect(disabledReasonToArm(input, { link: 'open', console: service.state, pending })).toBe(reason);
  expect(messageOf(await service.handle('arm', input))).toBe(reason);
  expect(recorder.acts).toEqual(reason === null && isArmed ? ['armInTake zoe'] : []);
  Object.assign(recorder, { state: 'ready', take: null });
});

it('keeps what a take is written with while it is being started', async () => {
  Object.assign(recorder, { state: 'ready', connection: 'connected' });
  const { crf } = service.state.settings;
  const started = service.handle('startTake', {});
  const reason = 'You can change this after the take. The memory ceiling can change now.';
  expect(messageOf(await service.handle('updateSettings', { crf: crf + 1 }))).toBe(reason);
  expect(
    disabledReasonForSetting('crf', {
      link: 'open',
      console: service.state,
      pending: new Set<CommandName>(['startTake']),
    }),
  ).toBe(reason);
  await started;
});

it('knows nothing of a recorder that is out of reach', () => {
  for (const link of ['connecting', 'lost', 'refused'] as const) {
    const session = { link, console: service.state, pending: new Set<CommandName>() };
    expect(disabledReasonFor('connect', session)).toBe('Recorder not responding.');
    expect(disabledReasonForSetting('theme', session)).toBe('Recorder not responding.');
  }
});

const changes: Settings = {
  url: 'wss://example.org',
  room: 'another room',
  credentialKind: 'token',
  apiKey: 'another key',
  outputFolder: '/elsewhere',
  fallbackFolder: '/another-disk',
  backupFolder: '/third-disk/copies',
  takeMode: 'encode',
  profileName: 'source',
  container: 'mkv',
  crf: 18,
  audioOnly: true,
  armsNewcomers: 'off',
  memoryCeilingMegabytes: 400,
  maxFiles: 40,
  furtherAudio: 'stream',
  replaySeconds: 60,
  splitEveryMinutes: 30,
  ...({ countdownSeconds: 5, makesMp4: true, mp4Fps: 25, mp4Size: '720p' } as const),
  theme: 'light',
  recentRooms: [{ url: 'wss://example.org', room: 'one', credentialKind: 'apiKey', apiKey: 'key' }],
};
const fixed = [
  'armsNewcomers',
  'audioOnly',
  'backupFolder',
  'container',
  'countdownSeconds',
  'crf',
  'fallbackFolder',
  'furtherAudio',
  'maxFiles',
  'outputFolder',
  'profileName',
  'replaySeconds',
  'splitEveryMinutes',
  'takeMode',
];

it.each(recorderStateSchema.options)('while %s, window and engine agree on every setting', async (state) => {
  recorder.state = state;
  const refusedSettings: string[] = [];
  for (const [name, value] of Object.entries(changes) as [keyof Settings, unknown][]) {
    const reason = disabledReasonForSetting(name, {
      link: 'open',
      console: service.state,
      pending: new Set(),
    });
    const result = await service.handle('updateSettings', { [name]: value });
    expect(messageOf(result), name).toBe(reason);
    if (reason !== null) refusedSettings.push(name);
  }
  expect(refusedSettings.sort()).toEqual(state === 'recording' || state === 'finalizing' ? fixed : []);
});

it('starts a take in parts as long as the setting says, and in one without it', async () => {
  Object.assign(recorder, { state: 'ready', connection: 'connected' });
  const splits: unknown[] = [];
  for (const splitEveryMinutes of [20, null]) {
    await service.run('updateSettings', { armsNewcomers: 'on', countdownSeconds: null, splitEveryMinutes });
    expect(messageOf(await service.run('startTake', {}))).toBeNull();
    splits.push((recorder.requested as { splitEveryMs?: number }).splitEveryMs);
  }
  expect(splits).toEqual([1_200_000, undefined]);
});

/** For a countdown of a second. */
const countdownPatience = { timeout: 10_000 };

it('counts down before a take, which any console may cancel and nobody may leave the room in', async () => {
  Object.assign(recorder, { state: 'ready', connection: 'connected' });
  await service.run('updateSettings', { armsNewcomers: 'on', countdownSeconds: 1 });
  const first = service.run('startTake', {});
  expect(await first).toEqual({ ok: true, value: { takeName: '' } });
  expect([service.state.countdownSeconds, recorder.acts.includes('startTake')]).toEqual([1, false]);
  const allowed = names.filter((name) =>
    ['startTake', 'disconnect', 'cancelStart', 'restart'].includes(name),
  );
  expect(allowed.filter((name) => inWindow(name) === null)).toEqual(['cancelStart']);
  expect(presenceOf(service.state)).toMatchObject({ label: 'Starts in 1 s: ', mayStart: false });
  expect((await service.run('cancelStart', {})).ok).toBe(true);
  expect([service.state.countdownSeconds, inWindow('startTake')]).toEqual([null, null]);

  await service.run('startTake', {});
  await vi.waitFor(() => expect(recorder.acts).toContain('startTake'), countdownPatience);
  expect(service.state.countdownSeconds).toBeNull();
});

it('tells what keeps a take from starting when its countdown is over', async () => {
  Object.assign(recorder, { state: 'ready', connection: 'connected' });
  await service.run('updateSettings', { armsNewcomers: 'on', countdownSeconds: 1 });
  await service.run('startTake', {});
  await service.run('updateSettings', { armsNewcomers: 'off' });
  await vi.waitFor(() => expect(service.state.problem?.message).toBe('Nobody is armed.'), countdownPatience);
  expect(recorder.acts).not.toContain('startTake');
});

it('saves a replay in a room alone, whether or not it records, and only while the buffer is on', async () => {
  Object.assign(recorder, { state: 'ready', connection: 'connected' });
  await service.run('updateSettings', { replaySeconds: null });
  expect(messageOf(await service.run('saveReplay', {}))).toBe('The replay buffer is off.');
  await service.run('updateSettings', { replaySeconds: 60 });
  expect(recorder.replaySeconds).toBe(60);
  for (const state of ['ready', 'recording', 'finalizing'] as const) {
    recorder.state = state;
    expect((await service.run('saveReplay', {})).ok).toBe(true);
  }
  expect(recorder.acts.filter((act) => act === 'saveReplay')).toHaveLength(3);
  recorder.state = 'idle';
  expect(messageOf(await service.run('saveReplay', {}))).toBe('Connect to a room first.');
});

it('changes none of several settings when one of them may not be changed now', async () => {
  recorder.state = 'recording';
  const { theme, crf } = service.state.settings;
  const result = await service.run('updateSettings', { theme: 'light', crf: crf + 1 });
  expect(result.ok).toBe(false);
  expect(service.state.settings).toMatchObject({ theme, crf });
});

it('ends a take for whoever ends the program, and says whether it is whole', async () => {
  expect(await service.finishTake()).toBe(true);
  expect(recorder.acts).toEqual([]);
  recorder.take = {};
  recorder.outcome = () => Promise.resolve({ files: [{ state: 'verified' }], notRecorded: [] });
  expect(await service.finishTake()).toBe(true);
  recorder.outcome = () =>
    Promise.resolve({ files: [{ state: 'verified' }, { state: 'damaged' }], notRecorded: [] });
  expect(await service.finishTake()).toBe(false);
  recorder.outcome = () => Promise.resolve({ files: [], notRecorded: [] });
  expect(await service.finishTake()).toBe(false);
  recorder.outcome = () => Promise.resolve({ files: [{ state: 'verified' }], notRecorded: [{}] });
  expect(await service.finishTake()).toBe(false);
  recorder.outcome = () => Promise.reject(new PlateauError('diskFull', 'The disk is full.', 'Free some.'));
  expect(await service.finishTake()).toBe(false);
  recorder.take = null;
  expect(service.state.problem).toMatchObject({ code: 'diskFull' });
});
