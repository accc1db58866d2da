import { expect, it } from 'vitest';
import { PlateauError } from '../../../../src-main/contract/errors.js';
import { refusedReceiver } from '../../../../src-main/copy/signal/upgrade.js';
import { connectError } from '../../../../src-main/livekit/connect/connect-error.js';

const url = 'ws://127.0.0.1:7880';
const refused = new PlateauError('unauthorized', 'The server refused the receiver with HTTP 401.', 'Check.');

/** A token that nobody has signed. */
function tokenOf(claims: object): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'HS256' })}.${part(claims)}.c2ln`;
}

const nowS = Math.floor(Date.now() / 1000);
const asked: typeof connectError = (thrown, to, token) =>
  connectError(thrown, to, token, () => Promise.resolve(Date.now()));

it.each([
  ['tokenNotYetValid', { nbf: nowS + 3_600 }, /^The receiver’s token is only valid from .*The clock of 127/],
  ['tokenExpired', { exp: nowS - 3_600 }, /^The receiver’s token expired on .*The clock of 127/],
  ['unauthorized', {}, /^The server at 127\.0\.0\.1:7880 refused the receiver\.$/],
])('says of %s what is wrong, and of which token', async (code, claims, message) => {
  const video = { roomJoin: true, room: 'standup' };
  const error = await refusedReceiver(
    refused,
    url,
    tokenOf({ iss: 'key', sub: 'ada', video, ...claims }),
    asked,
  );
  expect(error).toMatchObject({ code, message: expect.stringMatching(message) as string });
  expect((error as PlateauError).hint).toContain('--copy-token');
});

it('leaves what is no refusal', async () => {
  const lost = new PlateauError('serverUnreachable', 'The server cannot be reached.', 'Check.');
  expect(await refusedReceiver(lost, url, tokenOf({}))).toBe(lost);
});
