import { AccessToken, TokenVerifier, TrackSource } from 'livekit-server-sdk';
import { describe, expect, it } from 'vitest';
import { PlateauError } from '../../../../src-main/contract/errors.js';
import {
  mintListToken,
  mintRecorderToken,
  readTokenClaims,
} from '../../../../src-main/livekit/connect/access-token.js';
import { connectError } from '../../../../src-main/livekit/connect/connect-error.js';
import { parseServerUrl } from '../../../../src-main/livekit/connect/server-url.js';

const apiSecret = 'a-secret-of-thirty-two-characters-or-more';

function errorOf(action: () => unknown): PlateauError {
  try {
    action();
  } catch (thrown) {
    if (thrown instanceof PlateauError) return thrown;
    throw thrown;
  }
  throw new Error('nothing was thrown');
}

describe('tokens', () => {
  it('are minted hidden, for receiving and for one room', async () => {
    const token = await mintRecorderToken({ apiKey: 'key', apiSecret, room: 'harness', identity: 'rec-1' });
    const payload: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    expect(payload).toMatchObject({
      iss: 'key',
      sub: 'rec-1',
      video: {
        roomJoin: true,
        room: 'harness',
        hidden: true,
        // The server lets who may publish negotiate in turn; more than that is not given away.
        canPublish: true,
        canPublishSources: ['screen_share_audio'],
        canPublishData: false,
        canSubscribe: true,
      },
    });
    expect(readTokenClaims(token)).toMatchObject({ room: 'harness', identity: 'rec-1' });
  });

  it('are those that the server’s own SDK mints, and that it takes for valid', async () => {
    const keys = { apiKey: 'key', apiSecret };
    const joining = new AccessToken('key', apiSecret, {
      identity: 'rec-1',
      name: 'Plateau recorder',
      ttl: 6 * 60 * 60,
    });
    joining.addGrant({
      ...{ roomJoin: true, room: 'harness', canPublish: true, canSubscribe: true, canPublishData: false },
      ...{ canPublishSources: [TrackSource.SCREEN_SHARE_AUDIO], hidden: true, recorder: true },
    });
    const listing = new AccessToken('key', apiSecret, { ttl: 60 });
    listing.addGrant({ roomList: true });
    for (const [ours, theirs] of [
      [await mintRecorderToken({ ...keys, room: 'harness', identity: 'rec-1' }), await joining.toJwt()],
      [await mintListToken(keys), await listing.toJwt()],
    ] as const) {
      const verifier = new TokenVerifier('key', apiSecret);
      const [one, other] = [await verifier.verify(ours), await verifier.verify(theirs)];
      expect({ ...one, nbf: 0, exp: (one.exp ?? 0) - (one.nbf ?? 0) }).toEqual({
        ...other,
        ...{ nbf: 0, exp: (other.exp ?? 0) - (other.nbf ?? 0) },
      });
      // A second may begin between the two.
      expect(Math.abs((one.nbf ?? 0) - (other.nbf ?? 0))).toBeLessThanOrEqual(1);
      const [head, otherHead] = [ours, theirs].map((token) => token.split('.')[0]);
      expect(head).toBe(otherHead);
    }
  });

  it.each(['', 'abc', 'a.b.c', 'a.bnVsbA.c'])('that are none are named so (%s)', (text) => {
    expect(errorOf(() => readTokenClaims(text)).code).toBe('unauthorized');
  });
});

describe('connectError', () => {
  it.each([
    [
      'engine: signal failure: client error: 401 Unauthorized - invalid token: eyJhbGciOiJIUzI1NiJ9.e30.sig',
      'unauthorized',
    ],
    ['engine: signal failure: client error: 401 Unauthorized - permissions denied', 'unauthorized'],
    ['engine: signal failure: client error: 400 Bad Request - no room name', 'missingRoom'],
    ['engine: signal failure: client error: 404 Not Found - requested room does not exist', 'roomNotFound'],
    [
      'engine: signal failure: transport connection error: IO error: Connection refused (os error 111)',
      'serverUnreachable',
    ],
    [
      'engine: signal failure: transport connection error: IO error: failed to lookup address information',
      'serverUnreachable',
    ],
    ['something new', 'serverUnreachable'],
    ['engine: signal failure: handshake error: 404 Not Found', 'serverUnreachable'],
  ])('%s', async (text, code) => {
    const error = await connectError(
      new Error(text),
      'wss://user:pw@host.example/x?access_token=eyJsecret',
      'eyJhbGciOiJIUzI1NiJ9.e30.sig',
      () => Promise.resolve(null),
    );
    expect(error.code).toBe(code);
    expect(`${error.message} ${error.hint}`).not.toMatch(/eyJ|user|pw@/);
    expect(error.message).toMatch(/\.$/);
  });
});

describe('parseServerUrl', () => {
  it.each([
    ['wss://a.example', 'wss://a.example'],
    ['ws://127.0.0.1:7880/', 'ws://127.0.0.1:7880'],
    ['https://a.example/livekit', 'wss://a.example/livekit'],
    [' http://localhost:7880 ', 'ws://localhost:7880'],
  ])('%s', (text, url) => {
    expect(parseServerUrl(text)).toBe(url);
  });

  it.each(['', 'a.example', 'ftp://a.example', 'wss://', 'wss://u:p@a.example'])('refuses %s', (text) => {
    expect(errorOf(() => parseServerUrl(text)).code).toBe('malformedUrl');
  });
});
