import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { toPlateauError } from '../../../src-main/contract/errors.js';
import { profiles } from '../../../src-main/contract/profile.js';
import type { RecorderState } from '../../../src-main/contract/snapshot.js';
import { Recorder } from '../../../src-main/recorder/recorder.js';
import { FakeRoomSession, FakeTake, Prompt, world } from '../console/random-world.js';

vi.mock('../../../src-main/livekit/room-session.js', async () => ({
  RoomSession: (await import('../console/random-world.js')).FakeRoomSession,
}));
vi.mock('../../../src-main/recorder/open-take.js', async (original) => ({
  ...(await original<object>()),
  openTake: (await import('../console/random-world.js')).openFakeTake,
}));

const source = {
  url: 'ws://example.org',
  room: 'studio',
  credentials: { apiKey: 'key', apiSecret: 'secret' },
};
const armed = { participants: null, audioOnly: false };
const request = { outputFolder: '/takes', profile: profiles['720p30'], audioOnly: false, participants: null };

let recorder: Recorder;
let states: RecorderState[];

beforeEach(async () => {
  // Every answer in the next turn of the event loop, and nothing fails.
  world.reset(new Prompt());
  recorder = new Recorder();
  states = [];
  recorder.on('state', (state) => states.push(state));
  await recorder.connect(source, armed);
});

afterEach(async () => {
  await recorder.disconnect();
});

/** `ok`, or the code of what it failed with. */
function outcomes(commands: readonly Promise<unknown>[]): Promise<string[]> {
  return Promise.all(
    commands.map((command) =>
      command.then(
        () => 'ok',
        (thrown: unknown) => toPlateauError(thrown).code,
      ),
    ),
  );
}

it('begins one take of three that are asked for at once', async () => {
  const asked = [1, 2, 3].map(() => recorder.startTake(request));
  expect(await outcomes(asked)).toEqual(['ok', 'invalidState', 'invalidState']);
  expect([world.live, world.processes, recorder.state]).toEqual([1, 2, 'recording']);
});

it('judges each command against the state that it finds', async () => {
  const asked = [
    recorder.startTake(request),
    recorder.stopTake(),
    recorder.startTake(request),
    recorder.connect(source, armed),
    recorder.stopTake(),
    recorder.stopTake(),
    recorder.disconnect(),
    recorder.startTake(request),
  ];
  expect(await outcomes(asked)).toEqual([
    'ok',
    'ok',
    'ok',
    'invalidState',
    'ok',
    'invalidState',
    'ok',
    'invalidState',
  ]);
  expect(world).toMatchObject({ live: 0, processes: 0, openRooms: 0 });
  const takes = ['recording', 'finalizing', 'ready', 'recording', 'finalizing', 'ready'];
  expect(states).toEqual(['connecting', 'ready', ...takes, 'idle']);
});

it('leaves no take behind when the room is left while one is being started', async () => {
  const asked = [recorder.startTake(request), recorder.disconnect()];
  expect(await outcomes(asked)).toEqual(['ok', 'ok']);
  expect([world.live, world.processes, world.openRooms, recorder.state]).toEqual([0, 0, 0, 'idle']);
});

it('starts the next take once the one before is finalized', async () => {
  await recorder.startTake(request);
  const asked = [recorder.stopTake(), recorder.startTake(request)];
  expect(await outcomes(asked)).toEqual(['ok', 'ok']);
  expect([world.live, recorder.state]).toEqual([1, 'recording']);
});

it('records the next take while the one before is checked, and answers its stop when it is', async () => {
  let release: () => void = () => undefined;
  FakeTake.checked = new Promise((resolve) => {
    release = resolve;
  });
  try {
    await recorder.startTake(request);
    const name = recorder.take?.name;
    const heard: number[] = [];
    recorder.on('checks', () => heard.push(recorder.checks.list.length));
    let isAnswered = false;
    const stopped = recorder.stopTake().finally(() => {
      isAnswered = true;
    });
    await recorder.startTake(request);
    expect(recorder.state).toBe('recording');
    expect(isAnswered).toBe(false);
    expect(recorder.checks.list).toEqual([{ takeName: name, files: 1, checked: 0, fraction: 0 }]);
    release();
    await stopped;
    expect(recorder.checks.list).toEqual([]);
    expect(heard).toEqual([1, 0]);
    expect(recorder.state).toBe('recording');
  } finally {
    FakeTake.checked = Promise.resolve();
  }
});

it('gives a stop that is asked for twice one answer', async () => {
  await recorder.startTake(request);
  const [first, second] = [recorder.stopTake(), recorder.stopTake()];
  expect(await first).toBe(await second);
});

it('gives up joining at once, whoever else waits for it', async () => {
  await recorder.disconnect();
  vi.spyOn(FakeRoomSession.prototype, 'connect').mockReturnValue(new Promise(() => undefined));
  const asked = [recorder.connect(source, armed), recorder.connect(source, armed), recorder.disconnect()];
  expect(await outcomes(asked)).toEqual(['invalidState', 'invalidState', 'ok']);
  expect(recorder.state).toBe('idle');
  vi.restoreAllMocks();
});

it('begins nothing once it has to end', async () => {
  const started = recorder.startTake(request);
  recorder.endSoon();
  const asked = [started, recorder.disconnect(), recorder.connect(source, armed)];
  expect(await outcomes(asked)).toEqual(['ok', 'ok', 'invalidState']);
  expect([world.live, recorder.state]).toEqual([0, 'idle']);
});

it('does not wait for a room that cannot be left', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  vi.spyOn(FakeRoomSession.prototype, 'close').mockReturnValue(new Promise(() => undefined));
  let hasLeft = false;
  const left = recorder.disconnect().then(() => (hasLeft = true));
  await vi.advanceTimersByTimeAsync(14_000);
  expect(hasLeft).toBe(false);
  recorder.endSoon();
  await vi.advanceTimersByTimeAsync(3_000);
  await left;
  expect(recorder.state).toBe('idle');
  vi.useRealTimers();
  vi.restoreAllMocks();
});
