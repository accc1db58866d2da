import { EventEmitter } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ConsoleService } from '../../../src-main/console/console-service.js';
import { MemorySecretStore } from '../../../src-main/console/secret-store.js';
import type { CommandName } from '../../../src-main/contract/console.js';
import type { Result } from '../../../src-main/contract/errors.js';
import type { RecorderState } from '../../../src-main/contract/snapshot.js';
import { Recorder } from '../../../src-main/recorder/recorder.js';
import { FakeRoomSession, FakeTake, Seeded, world } from './random-world.js';

vi.mock('../../../src-main/livekit/room-session.js', async () => ({
  RoomSession: (await import('./random-world.js')).FakeRoomSession,
}));
vi.mock('../../../src-main/process/path-answers.js', async (original) => ({
  ...(await original<object>()),
  answersInTime: (await import('./random-world.js')).diskAnswers,
}));
vi.mock('../../../src-main/recorder/open-take.js', async (original) => ({
  ...(await original<object>()),
  openTake: (await import('./random-world.js')).openFakeTake,
}));
vi.mock('../../../src-main/lab/room/demo-session.js', async () => ({
  openDemoSession: (await import('./random-world.js')).openFakeDemo,
}));

const seeds = 1_000;
const legalSteps: Readonly<Record<RecorderState, readonly RecorderState[]>> = {
  idle: ['connecting', 'idle'],
  connecting: ['ready', 'idle'],
  ready: ['recording', 'idle'],
  recording: ['finalizing'],
  finalizing: ['ready'],
};

/** What two consoles may press, how often; the rest of the world does the others. */
const acts = [
  ...Array<CommandName>(5).fill('startTake'),
  ...Array<CommandName>(4).fill('stopTake'),
  ...Array<CommandName>(3).fill('connect'),
  ...Array<CommandName>(2).fill('disconnect'),
  ...(['connectDemo', 'startSoak', 'addMarker', 'arm', 'updateSettings'] as const),
  ...(['pauseTake', 'pauseTake', 'resumeTake', 'splitTake', 'continueCopied'] as const),
  ...(['roomLost', 'roomEnded', 'diskFull'] as const),
] as const;
const inputs: Partial<Record<(typeof acts)[number], object>> = {
  connect: {
    url: 'wss://example.org',
    room: 'a room',
    credentials: { kind: 'apiKey', apiKey: 'key', apiSecret: 'secret' },
    remembersSecret: false,
  },
  startSoak: { minutes: 1 },
  addMarker: { label: 'here', agoMs: 0 },
  arm: { identity: 'ada', isArmed: true },
  updateSettings: { crf: 20 },
};

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-random-'));
  // Every state as the recorder has it: consoles are told of bursts only.
  const emit = Object.getOwnPropertyDescriptor(EventEmitter.prototype, 'emit')?.value as EventEmitter['emit'];
  vi.spyOn(Recorder.prototype, 'emit').mockImplementation(function (this: Recorder, ...args) {
    if (args[0] === 'state') world.onState(args[1]);
    return emit.apply(this, args);
  });
});

// A check of the disk that nobody waits for any more may still be on its way.
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 10 }));

function openService(): Promise<ConsoleService> {
  return ConsoleService.open({
    host: {
      kind: 'browser',
      keepsSecrets: false,
      hasFileManager: false,
      canRestart: false,
      mediaBaseUrl: '',
    },
    userDataFolder: folder,
    defaultOutputFolder: join(folder, 'takes'),
    secrets: new MemorySecretStore(),
    desktop: null,
  });
}

/** One random life of a recorder: commands at random moments, and at one of them the program has to end. */
async function live(seed: number): Promise<readonly string[]> {
  const random = new Seeded(seed);
  world.reset(random);
  const service = await openService();
  const faults: string[] = [];
  let last: RecorderState = 'idle';
  const look = (): void => {
    const { recorder } = service.state;
    if (world.live > 1) faults.push(`${world.live} takes at once`);
    if (recorder === 'idle' && world.processes > 0) faults.push('processes without a room');
  };
  world.onState = (state) => {
    if (!legalSteps[last].includes(state)) faults.push(`${last} -> ${state}`);
    last = state;
    if (world.live > 1) faults.push(`${world.live} takes at once`);
  };
  const unsubscribe = service.subscribe(() => look());
  const answers: Promise<void>[] = [];
  const press = (name: CommandName): void => {
    const isLate = world.isEnding;
    answers.push(
      service.handle(name, inputs[name] ?? {}).then((result: Result<unknown>) => {
        if (name === 'startTake' && result.ok)
          world.confirmed.add((result.value as { takeName: string }).takeName);
        if (!result.ok && !['invalidState', 'diskFull', 'serverUnreachable'].includes(result.error.code))
          faults.push(`${name}: ${result.error.code} ${result.error.message}`);
        if (isLate && result.ok && ['startTake', 'connect', 'connectDemo'].includes(name))
          faults.push(`${name} while the program ends`);
      }),
    );
  };
  const length = 10 + random.below(15);
  const endsAt = random.below(length);
  let closing: Promise<void> | null = null;
  for (let step = 0; step < length; step += 1) {
    if (step === endsAt) {
      world.isEnding = true;
      closing = service.close().catch(() => undefined);
    }
    const act = random.pick(acts);
    if (act === 'roomLost') FakeRoomSession.latest?.lose();
    else if (act === 'roomEnded') FakeRoomSession.latest?.end();
    else if (act === 'diskFull') FakeTake.latest?.fail();
    else press(act);
    await random.turns();
    look();
  }
  await Promise.all(answers);
  await (closing ?? service.close());
  await service.close();
  unsubscribe();
  if (service.state.recorder !== 'idle') faults.push(`it ended as ${service.state.recorder}`);
  if (world.live > 0 || world.processes > 0) faults.push(`${world.processes} processes outlive it`);
  if (world.openRooms > 0) faults.push(`${world.openRooms} rooms were not left`);
  if (world.demos > 0) faults.push(`${world.demos} demos were not ended`);
  for (const name of world.confirmed) if (!world.begun.has(name)) faults.push(`${name} never began`);
  if (world.received !== world.written + world.dropped) faults.push('the accounts do not balance');
  return faults;
}

describe('whatever two consoles, the room, the disk and the system do at once', () => {
  it.each(Array.from({ length: 10 }, (_, part) => part))(
    'there is one take, a legal state, and nothing left at the end (part %i)',
    async (part) => {
      for (let seed = part; seed < seeds; seed += 10) {
        expect(await live(seed), `seed ${seed}`).toEqual([]);
      }
    },
    60_000,
  );
});
