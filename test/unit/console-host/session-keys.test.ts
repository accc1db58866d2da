import { expect, it } from 'vitest';
import { SessionKeys } from '../../../src-main/console-host/session-keys.js';

function sessionOf(keys: SessionKeys): string {
  const entry = keys.exchange(keys.token);
  if (typeof entry === 'string') throw new Error(entry);
  return entry.session;
}

it('knows a session however many links were used after it', () => {
  const keys = new SessionKeys();
  const first = sessionOf(keys);
  for (let links = 0; links < 1_000; links += 1) keys.leave(sessionOf(keys));
  keys.leave(first);
  expect(keys.enter(first)).toEqual({ session: first });
});

it('forgets the session that has been closed for longest, never one that is open', () => {
  const keys = new SessionKeys();
  const sessions = Array.from({ length: 32 }, () => sessionOf(keys));
  expect(keys.exchange(keys.token)).toBe('crowded');
  for (const session of [sessions[5], sessions[3], sessions[4]]) keys.leave(session ?? '');
  const newcomer = sessionOf(keys);
  const known = sessions.filter((session) => typeof keys.enter(session) !== 'string');
  expect(known).toEqual(sessions.filter((session) => session !== sessions[5]));
  expect(typeof keys.enter(newcomer)).not.toBe('string');
});

it('keeps a link good that it could not let in', () => {
  const keys = new SessionKeys();
  const sessions = Array.from({ length: 32 }, () => sessionOf(keys));
  const { token } = keys;
  expect(keys.exchange(token)).toBe('crowded');
  keys.leave(sessions[0] ?? '');
  expect(keys.exchange(token)).toHaveProperty('session');
  expect(keys.exchange(token)).toBe('unknown');
});

it('lets eight windows of one session in, and another one when one has closed', () => {
  const keys = new SessionKeys();
  const session = sessionOf(keys);
  for (let windows = 1; windows < 8; windows += 1) expect(keys.enter(session)).toEqual({ session });
  expect(keys.enter(session)).toBe('crowded');
  keys.leave(session);
  expect(keys.enter(session)).toEqual({ session });
});
