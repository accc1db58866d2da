import { EventEmitter } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ConsoleService } from '../../../src-main/console/console-service.js';
import { EndedTakes } from '../../../src-main/console/ended-takes.js';
import { MemorySecretStore } from '../../../src-main/console/secret-store.js';
import { TimedTake } from '../../../src-main/console/timed-take.js';
import { commands, type ConsoleState } from '../../../src-main/contract/console.js';
import type { PlateauError } from '../../../src-main/contract/errors.js';
import type { Recorder } from '../../../src-main/recorder/recorder.js';
import { bySomebody, type EndingTake } from '../../../src-main/recorder/take-end.js';
import { FakeRoomSession, FakeTake, Prompt, world } from './random-world.js';

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

let folder: string;
let service: ConsoleService;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-ended-'));
});

afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 10 }));

beforeEach(async () => {
  world.reset(new Prompt());
  service = await ConsoleService.open({
    host: {
      ...{ kind: 'browser', keepsSecrets: false, hasFileManager: false, canRestart: false },
      mediaBaseUrl: '',
    },
    userDataFolder: folder,
    defaultOutputFolder: join(folder, 'takes'),
    secrets: new MemorySecretStore(),
    desktop: null,
  });
  const credentials = { kind: 'apiKey', apiKey: 'key', apiSecret: 'secret' } as const;
  const source = { url: 'wss://example.org', room: 'a room', credentials, remembersSecret: false };
  expect(await service.run('connect', source)).toMatchObject({ ok: true });
  expect(await service.run('startTake', {})).toMatchObject({ ok: true });
});

afterEach(() => service.close());

/** A state that both of two consoles have heard of. */
function heardByTwo(isIt: (state: ConsoleState) => boolean): Promise<ConsoleState[]> {
  const hear = (): Promise<ConsoleState> =>
    new Promise((resolve) => {
      const end = service.subscribe((event) => {
        if (event.type !== 'state' || !isIt(event.state)) return;
        end();
        resolve(event.state);
      });
    });
  return Promise.all([hear(), hear()]);
}

function isChecked({ endedTakes: [ended] = [] }: ConsoleState): boolean {
  return ended !== undefined && ended.outcome !== null;
}

it('is told of when the engine is closed, to whoever ends the program', async () => {
  expect(service.state.endedTakes).toEqual([]);
  await service.close();
  expect(service.state.endedTakes).toMatchObject([{ reason: 'left', outcome: { files: 0 } }]);
});

describe('a take that has ended', () => {
  it.each([
    ['somebody stops it', (): void => void service.run('stopTake', {}), 'stopped', null],
    ['the server ends the room', () => FakeRoomSession.latest?.end(), 'roomEnded', null],
    ['the recorder is removed', () => FakeRoomSession.latest?.lose(), 'roomLost', 'connectionLost'],
    ['the disk is full', () => FakeTake.latest?.fail(), 'failed', 'diskFull'],
  ] as const)('is told to every console when %s', async (_, end, reason, code) => {
    const takeName = FakeTake.latest?.folder.name ?? '';
    const began = heardByTwo(({ endedTakes = [] }) => endedTakes.length > 0);
    const checked = heardByTwo(isChecked);
    end();
    for (const { endedTakes } of await began)
      expect(endedTakes).toMatchObject([
        { takeName, reason, cause: code === null ? null : { code }, outcome: null },
      ]);
    for (const state of await checked) {
      expect(state.endedTakes).toMatchObject([
        { takeName, reason, outcome: { files: 0, problem: { code: 'nothingRecorded' } } },
      ]);
      expect(commands.getState.output.parse(state).endedTakes).toEqual(state.endedTakes);
    }
  });

  it('is ended by the first that ends it, and once', async () => {
    const checked = heardByTwo(isChecked);
    FakeRoomSession.latest?.end();
    await service.run('stopTake', {});
    const [state] = await checked;
    expect(state?.endedTakes?.map(({ reason }) => reason)).toEqual(['roomEnded']);
  });
});

interface Answer {
  readonly resolve: (manifest: object) => void;
  readonly reject: (thrown: Error) => void;
}

/** Takes that end when a test says so. */
class Endings {
  readonly recorder = new EventEmitter();
  readonly problems: PlateauError[] = [];
  readonly takes = new EndedTakes(this.recorder as unknown as Recorder, {
    onChanged: () => undefined,
    onProblem: (problem) => this.problems.push(problem),
  });

  /** @returns what answers for its check */
  end(takeName: string, change: Partial<EndingTake> = {}): Answer {
    let answer: Answer = { resolve: () => undefined, reject: () => undefined };
    const checked = new Promise<object>((resolve, reject) => {
      answer = { resolve, reject };
    });
    this.recorder.emit('ending', { ...bySomebody, takeName, checked, ...change });
    return answer;
  }

  get names(): readonly string[] {
    return this.takes.list.map(({ outcome, takeName }) => `${takeName}${outcome === null ? ' …' : ''}`);
  }
}

const nothing = { files: [], notRecorded: [] };

describe('the list of them', () => {
  it('keeps every one that is being checked, and the latest others', async () => {
    const endings = new Endings();
    const first = endings.end('take-0');
    for (const index of [1, 2, 3, 4, 5]) endings.end(`take-${index}`).resolve(nothing);
    await expect.poll(() => endings.names).toEqual(['take-0 …', 'take-2', 'take-3', 'take-4', 'take-5']);
    first.resolve(nothing);
    await expect.poll(() => endings.names).toEqual(['take-2', 'take-3', 'take-4', 'take-5']);
  });

  it('says of a take that could not be finalized why', async () => {
    const endings = new Endings();
    endings.end('take-1').reject(new Error('No space.'));
    await expect.poll(() => endings.names).toEqual(['take-1']);
    const [ended] = endings.takes.list;
    expect(ended?.outcome).toMatchObject({ account: null, problem: { code: 'internal' } });
  });

  it('tells of a second copy that is not complete, unless there is worse', async () => {
    const backup = { path: '/b', isThis: false, state: 'incomplete', provenFiles: 0, problem: null };
    const endings = new Endings();
    endings.end('take-1').resolve({ ...nothing, backup });
    await expect.poll(() => endings.names).toEqual(['take-1']);
    expect(endings.problems.map(({ code }) => code)).toEqual(['backupIncomplete']);
    const cause = endings.problems[0] ?? null;
    endings.end('take-2', { reason: 'failed', cause }).resolve({ ...nothing, backup });
    await expect.poll(() => endings.names).toEqual(['take-1', 'take-2']);
    expect(endings.problems).toHaveLength(1);
  });
});

it('ends by its time when that was set', async () => {
  const asked: unknown[] = [];
  const recorder = Object.assign(new EventEmitter(), {
    take: null,
    stopTake: (end: unknown) => {
      asked.push(end);
      return Promise.resolve();
    },
  });
  const hooks = { startTake: () => Promise.resolve({ takeName: 'take-1' }), onChanged: () => undefined };
  const timed = new TimedTake(
    recorder as unknown as Recorder,
    { ...hooks, onFailed: () => undefined },
    () => undefined,
  );
  await timed.start(5, () => undefined);
  await expect.poll(() => asked).toEqual([{ reason: 'timeOver', cause: null }]);
});
