import { describe, expect, it } from 'vitest';
import { Redactor, secretsOf } from '../../../../src-main/cli/options/secrets.js';

const long = 'kD93jf02Kd93jf02kdDi3940fkdDkdi3';
const token = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl';

describe('the secrets of a command line', () => {
  it('are found in options and environment, without the end of a line', () => {
    const args = ['record', '--token', 'one', '--api-secret=t=w=o', '--room', 'studio'];
    const environment = { LIVEKIT_API_SECRET: 'three\n', LIVEKIT_URL: 'ws://x' };
    expect(secretsOf(args, environment)).toEqual(['three', 'one', 't=w=o']);
    expect(secretsOf(['--token', '--api-secret', ''], {})).toEqual([]);
  });
});

describe('the secret of a development server', () => {
  const redactor = new Redactor(['secret']);

  it.each([
    'Files are in /srv/takes/secret-santa-20261126-090000',
    'Take secret-santa, 00:00:04.0:',
    'The API key and secret do not belong together.',
    'In the room: secret, topsecret, secret.sauce',
    'Give --api-secret, or set LIVEKIT_API_SECRET.',
    '/home/secret/takes',
  ])('stays a word: %s', (line) => {
    expect(redactor.text(line)).toBe(line);
  });

  it.each([
    ['secret=secret', 'secret=***'],
    ['LIVEKIT_API_SECRET=secret npm run', 'LIVEKIT_API_SECRET=*** npm run'],
    ['record --api-secret secret --room x', 'record --api-secret *** --room x'],
    ['{"apiSecret": "secret"}', '{"apiSecret": "***"}'],
    ['the token: secret.', 'the token: ***.'],
  ])('goes where it is called one: %s', (line, redacted) => {
    expect(redactor.text(line)).toBe(redacted);
  });

  it('leaves names and paths of JSON as they are, and takes out what is nothing but the secret', () => {
    const document = {
      type: 'result',
      room: 'secret',
      takeFolder: '/takes/secret-santa-1',
      manifestPath: '/takes/secret/manifest.json',
      files: [{ file: 'secret.mp4', identity: 'secret', state: 'secret', kind: 'secret' }],
      details: { given: 'secret' },
    };
    expect(JSON.parse(redactor.json(document))).toEqual({ ...document, details: { given: '***' } });
  });
});

describe('a secret that is no word', () => {
  it.each([
    ['pass-4711', 'refused: pass-4711', 'refused: ***'],
    ['pass-4711', 'wss://x?access_token=pass-4711&auto=1', 'wss://x?access_token=***&auto=1'],
    ['pass-4711', '"pass-4711" was refused, (pass-4711).', '"***" was refused, (***).'],
    ['pass-4711', '/takes/pass-4711-party/ada.mp4', '/takes/pass-4711-party/ada.mp4'],
    ['pass-4711', 'my-pass-4711 and pass-47110', 'my-pass-4711 and pass-47110'],
    ['a.c$d(e)', 'it is a.c$d(e), not abc$d(e)', 'it is ***, not abc$d(e)'],
  ])('%s goes only where it stands alone: %s', (secret, line, redacted) => {
    expect(new Redactor([secret]).text(line)).toBe(redacted);
  });

  it('goes everywhere when nothing could be called so', () => {
    const redactor = new Redactor([long, token, token.slice(0, 40)]);
    expect(redactor.text(`/rtc/${token}/x${long}y`)).toBe('/rtc/***/x***y');
    expect(redactor.json({ message: `it says "${long}"` })).toBe('{"message":"it says \\"***\\""}');
  });

  it('is found in JSON although its spelling there is another one', () => {
    expect(new Redactor(['quo"te\\d-4711']).json({ message: 'x quo"te\\d-4711 y' })).toBe(
      '{"message":"x *** y"}',
    );
  });
});
