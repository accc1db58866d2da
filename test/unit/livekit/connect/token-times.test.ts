import { expect, it } from 'vitest';
import { timeRefusal } from '../../../../src-main/livekit/connect/token-times.js';

const minute = 60_000;
const nowMs = Date.parse('2026-11-26T09:00:00Z');
const refused = 'client error: 401 Unauthorized - invalid token: eyJ.e30.x, error: ';
const base = { host: 'host.example', serverMs: nowMs, ownMs: nowMs, text: refused };

it('names the time from which a token is valid, and both clocks', () => {
  const claims = { validFromMs: nowMs + 10 * minute, expiresAtMs: nowMs + 60 * minute };
  const error = timeRefusal({
    ...base,
    claims,
    ownMs: nowMs + 1_000,
    text: `${refused}token is not valid yet`,
  });
  expect(error).toMatchObject({
    code: 'tokenNotYetValid',
    message:
      'The token is only valid from 2026-11-26 09:10:00 UTC on. The clock of host.example says 2026-11-26 09:00:00 UTC, this machine’s says 2026-11-26 09:00:01 UTC.',
  });
  expect(error?.hint).toMatch(/^Wait until then/);
});

it('blames the clocks when they are apart: a token that this machine made a moment ago', () => {
  const claims = { validFromMs: nowMs + 12 * minute, expiresAtMs: nowMs + 300 * minute };
  const error = timeRefusal({ ...base, claims, ownMs: nowMs + 12 * minute });
  expect(error?.code).toBe('tokenNotYetValid');
  expect(error?.hint).toMatch(/^The clocks are 12 minutes apart: set the one that is wrong\./);
});

it('names the time at which a token expired by the server’s clock, whatever this machine’s says', () => {
  const claims = { validFromMs: null, expiresAtMs: nowMs - 2 * minute };
  const error = timeRefusal({ ...base, claims, ownMs: nowMs - 30 * minute });
  expect(error?.code).toBe('tokenExpired');
  expect(error?.message).toMatch(
    /^The token expired on 2026-11-26 08:58:00 UTC\. The clock of host\.example/,
  );
  expect(error?.hint).toMatch(/^The clocks are 30 minutes apart/);
});

it.each([
  ['token has invalid claims: token is expired', 'tokenExpired'],
  ['validation failed, token is expired (exp)', 'tokenExpired'],
  ['validation failed, token not valid yet (nbf)', 'tokenNotYetValid'],
  ['token used before issued', 'tokenNotYetValid'],
])('believes the server: %s', (text, code) => {
  const claims = { validFromMs: nowMs, expiresAtMs: nowMs };
  expect(timeRefusal({ ...base, claims, serverMs: null, text: refused + text })?.code).toBe(code);
});

it.each([
  { validFromMs: null, expiresAtMs: null },
  { validFromMs: nowMs - minute, expiresAtMs: nowMs + minute },
  // The server forgives a minute.
  { validFromMs: nowMs + 50_000, expiresAtMs: nowMs + minute },
  { validFromMs: null, expiresAtMs: nowMs - 50_000 },
])('leaves %o to other reasons', (claims) => {
  expect(timeRefusal({ ...base, claims, text: `${refused}signature is invalid` })).toBeNull();
});
