import { expect, it, vi } from 'vitest';
import { copyProfile } from '#engine/contract/profile.js';
import type { ConnectionState } from '#engine/contract/snapshot.js';
import type { CopiedBuffer } from '#engine/replay/copied-buffer.js';
import { IdleSource } from '#engine/replay/idle-source.js';
import { ReplayStore } from '#engine/replay/replay-store.js';
import type { ReplaySurroundings } from '#engine/replay/save-replay.js';
import { EventLog } from '#engine/telemetry/event-log.js';
import { EventReporter } from '#engine/telemetry/event-reporter.js';

vi.mock('#engine/sink/suitable-ffmpeg.js', () => ({
  findSuitableFfmpeg: () => Promise.resolve({ path: 'ffmpeg', version: '7' }),
}));

const request = {
  seconds: 60,
  profile: copyProfile,
  audioOnly: false,
  participants: null,
  mode: 'copy',
} as const;

/** A source in a room that somebody else joins, and what became of that. */
function source(joining = Promise.resolve()) {
  const calls: string[] = [];
  const room = { session: null, connection: 'connected' as ConnectionState, name: 'studio', host: 'server' };
  let gone: (why: string) => void = () => undefined;
  const buffer = { close: () => Promise.resolve(void calls.push('close')) } as unknown as CopiedBuffer;
  const surroundings: ReplaySurroundings = {
    room: () => ({ ...room, session: {} as never }),
    report: () => new EventReporter(new EventLog(10), () => 0),
    hurry: () => new AbortController().signal,
    ...{ onSaved: () => undefined, onChanged: () => undefined },
    joinToCopy: (_asked, capBytes, onGone) => {
      calls.push(`join ${capBytes}`);
      gone = onGone;
      return joining.then(() => buffer);
    },
  };
  const store = new ReplayStore({ keepMs: 60_000, capBytes: 120 });
  const idle = new IdleSource(surroundings, {
    ...{ store: () => store, onBegun: () => undefined, onEnded: () => undefined },
  });
  return { idle, calls, room, gone: (why: string) => gone(why) };
}

it('has somebody receive before a take in copy mode, and ends that with the take', async () => {
  const { calls, idle } = source();
  idle.set(request);
  expect(calls).toEqual([]);
  idle.setReady(true);
  await idle.settled();
  expect([calls, idle.receiver !== null, idle.encoders]).toEqual([['join 120'], true, null]);
  idle.setReady(true);
  await idle.settled();
  expect(calls).toEqual(['join 120']);
  idle.setReady(false);
  idle.end();
  await idle.settled();
  expect([calls, idle.receiver]).toEqual([['join 120', 'close'], null]);
});

it('joins no room that is not open, leaves one that has ended, and comes back with it', async () => {
  const { calls, idle, room } = source();
  room.connection = 'waiting';
  idle.set(request);
  idle.setReady(true);
  idle.tick();
  await idle.settled();
  expect(calls).toEqual([]);
  room.connection = 'connected';
  idle.tick();
  await idle.settled();
  expect(calls).toEqual(['join 120']);
  room.connection = 'reconnecting';
  idle.tick();
  room.connection = 'connected';
  idle.tick();
  await idle.settled();
  expect(calls).toEqual(['join 120']);
  room.connection = 'waiting';
  idle.tick();
  await idle.settled();
  expect([calls.at(-1), idle.receiver, idle.problem]).toEqual(['close', null, null]);
  room.connection = 'connected';
  idle.tick();
  await idle.settled();
  expect(calls).toEqual(['join 120', 'close', 'join 120']);
});

it('says why nothing is kept any more, and does not try again by itself', async () => {
  const { calls, gone, idle } = source();
  idle.set(request);
  idle.setReady(true);
  await idle.settled();
  gone('The room is lost.');
  idle.tick();
  await idle.settled();
  expect([idle.receiver, idle.problem]).toEqual([
    null,
    'The room is lost. Switch the replay buffer off and on again.',
  ]);
  expect(calls).toEqual(['join 120']);
});

it('lets go of a room that was joined for a take that began meanwhile', async () => {
  let join: () => void = () => undefined;
  const { calls, idle } = source(
    new Promise((resolve) => {
      join = resolve;
    }),
  );
  idle.set(request);
  idle.setReady(true);
  await vi.waitFor(() => expect(calls).toEqual(['join 120']));
  idle.setReady(false);
  idle.end();
  join();
  await idle.settled();
  expect([calls, idle.receiver]).toEqual([['join 120', 'close'], null]);
});
