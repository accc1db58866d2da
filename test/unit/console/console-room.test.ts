import { beforeEach, expect, it, vi } from 'vitest';
import { ConsoleRoom } from '../../../src-main/console/console-room.js';
import type { RoomMonitor } from '../../../src-main/console/room-monitor.js';
import type { DemoSession } from '../../../src-main/lab/room/demo-session.js';
import type { Recorder } from '../../../src-main/recorder/recorder.js';
import { FakeRecorder } from './fake-recorder.js';

let demoOpens: () => void;
let demoFails: (thrown: Error) => void;
let demosClosed: number;

vi.mock('../../../src-main/lab/room/demo-session.js', () => ({
  openDemoSession: () =>
    new Promise<Partial<DemoSession>>((resolve, reject) => {
      demoFails = reject;
      demoOpens = () => {
        const source = { url: 'ws://127.0.0.1', room: 'demo', credentials: { token: 'a token' } };
        const close = (): Promise<void> => {
          demosClosed += 1;
          return Promise.resolve();
        };
        resolve({ source, close });
      };
    }),
}));

let recorder: FakeRecorder;
let room: ConsoleRoom;
let changes: boolean[];

beforeEach(() => {
  demosClosed = 0;
  changes = [];
  recorder = new FakeRecorder();
  const monitor: Pick<RoomMonitor, 'clear'> = { clear: () => undefined };
  room = new ConsoleRoom(recorder as unknown as Recorder, monitor as RoomMonitor, {
    onChanged: () => changes.push(room.isOpeningDemo),
    onProblem: (thrown) => {
      throw thrown;
    },
  });
});

/** The demo's processes are only asked for once those of an earlier one have ended. */
async function demoIsAskedFor(): Promise<void> {
  await Promise.resolve();
}

it('joins the demo room once its server is there', async () => {
  const joined = room.joinDemo();
  await demoIsAskedFor();
  expect(room).toMatchObject({ isOpeningDemo: true, isDemo: false });
  expect(recorder.acts).toEqual([]);
  demoOpens();
  await joined;
  expect(room).toMatchObject({ isOpeningDemo: false, isDemo: true });
  expect(changes.slice(0, 2)).toEqual([true, false]);
  expect(recorder.acts).toEqual(['connect']);
  await room.close();
  expect(room.isDemo).toBe(false);
  expect(demosClosed).toBe(1);
});

it('does not join a demo room that was left while it was being opened, and ends its processes', async () => {
  const joined = room.joinDemo();
  await demoIsAskedFor();
  await room.leave();
  demoOpens();
  await expect(joined).rejects.toMatchObject({ code: 'invalidState' });
  expect(recorder.acts).toEqual(['disconnect']);
  expect(room).toMatchObject({ isOpeningDemo: false, isDemo: false });
  expect(demosClosed).toBe(1);
});

it('is closed only when a demo room that was still being opened has ended', async () => {
  const joined = room.joinDemo().catch(() => null);
  await demoIsAskedFor();
  let isClosed = false;
  const closed = room.close().then(() => (isClosed = true));
  await vi.waitFor(() => expect(recorder.acts).toEqual(['disconnect']));
  expect(isClosed).toBe(false);
  demoOpens();
  await closed;
  await joined;
  expect(demosClosed).toBe(1);
});

it('ends the demo’s processes when its room cannot be joined', async () => {
  recorder.connect = () => Promise.reject(new Error('refused'));
  const joined = room.joinDemo();
  await demoIsAskedFor();
  demoOpens();
  await expect(joined).rejects.toThrow('refused');
  expect(room.isDemo).toBe(false);
  expect(demosClosed).toBe(1);
});

it('can be tried again when the demo’s server does not start', async () => {
  const failed = room.joinDemo();
  await demoIsAskedFor();
  demoFails(new Error('no server'));
  await expect(failed).rejects.toThrow('no server');
  expect(room.isOpeningDemo).toBe(false);
  const joined = room.joinDemo();
  await demoIsAskedFor();
  demoOpens();
  await joined;
  expect(room.isDemo).toBe(true);
  await room.close();
});
