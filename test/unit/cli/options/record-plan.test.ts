import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { readPath } from '../../../../src-main/cli/options/read-path.js';
import { leftOutOfRoomName, readRecordPlan } from '../../../../src-main/cli/options/record-plan.js';
import { Redactor, secretsOf } from '../../../../src-main/cli/options/secrets.js';

const environment = {
  LIVEKIT_URL: 'ws://host.example\n',
  LIVEKIT_API_KEY: ' key\r\n',
  LIVEKIT_API_SECRET: 'a-secret-of-some-length\n',
};

it('takes values without what a file or a paste leaves around them', () => {
  expect(readRecordPlan({ room: ' standup\n' }, environment).source).toEqual({
    url: 'ws://host.example',
    room: 'standup',
    credentials: { apiKey: 'key', apiSecret: 'a-secret-of-some-length' },
  });
  const options = { url: ' ws://other.example ', room: 'x', apiKey: 'other\n', apiSecret: '\tother-secret ' };
  expect(readRecordPlan(options, {}).source).toMatchObject({
    url: 'ws://other.example',
    credentials: { apiKey: 'other', apiSecret: 'other-secret' },
  });
});

it('says what the room is called, where something was left out of its name', () => {
  expect(leftOutOfRoomName({ room: ' lead\n' })).toContain('The room is "lead": ');
  for (const given of [{ room: 'lead' }, { room: 'le ad' }, {}]) expect(leftOutOfRoomName(given)).toBeNull();
});

it('hides a secret although a line end stood behind it', () => {
  const redactor = new Redactor(secretsOf(['record', '--token=a.long.token '], environment));
  expect(redactor.text('a-secret-of-some-length, a.long.token')).toBe('***, ***');
});

it.each(['acme/standup', 'Wait...what', 'a\\b', '..', 'Show #12: 100 %?', 'Besprechung\u0000', '日本語'])(
  'takes any name of a room: %j',
  (room) => {
    expect(readRecordPlan({ room }, environment).source.room).toBe(room);
  },
);

it('reads a path as a shell does', () => {
  expect(readPath('~/takes\n')).toBe(join(homedir(), 'takes'));
  expect(readPath('a folder ')).toBe('a folder ');
  expect(() => readPath(' \n')).toThrow(expect.objectContaining({ code: 'usage' }));
});

it('reads when a take is split, and refuses what is too short or too small', () => {
  const requestOf = (options: object): object =>
    readRecordPlan({ room: 'x', ...options }, environment).request;
  expect(requestOf({ splitEvery: '30m', splitSize: '2G' })).toMatchObject({
    splitEveryMs: 1_800_000,
    splitBytes: 2_000_000_000,
  });
  expect(requestOf({})).not.toHaveProperty('splitEveryMs');
  for (const splitEvery of ['5s', '25h', 'soon'])
    expect(() => requestOf({ splitEvery })).toThrow('--split-every');
  for (const splitSize of ['10M', 'large', '-2G'])
    expect(() => requestOf({ splitSize })).toThrow('--split-size');
});

it('reads how much of the past can be saved, and refuses what no buffer holds', () => {
  const secondsOf = (options: object): unknown =>
    readRecordPlan({ room: 'x', ...options }, environment).replaySeconds;
  expect([secondsOf({}), secondsOf({ replay: '60s' }), secondsOf({ replay: '5m' })]).toEqual([null, 60, 300]);
  for (const replay of ['29s', '6m', 'soon']) expect(() => secondsOf({ replay })).toThrow('--replay');
  expect(() => secondsOf({ replay: '60s', format: 'mkv' })).toThrow('needs MP4');
});

it('reads where further microphones go, and how many files may be open', () => {
  const requestOf = (options: object): object =>
    readRecordPlan({ room: 'x', ...options }, environment).request;
  expect(requestOf({ furtherAudio: ' stream\n' })).toMatchObject({ furtherAudio: 'stream' });
  expect(requestOf({})).not.toHaveProperty('furtherAudio');
  expect(() => requestOf({ furtherAudio: 'track' })).toThrow('--further-audio is neither file nor stream.');
  expect(requestOf({ maxFiles: '100' })).toMatchObject({ maxFiles: 100 });
  for (const maxFiles of ['0', '1.5', '10001', 'many'])
    expect(() => requestOf({ maxFiles })).toThrow('--max-files is not a whole number from 1 to 10000.');
});

it('reads where the take goes on when its disk fails, as a whole path; left out, nowhere', () => {
  const requestOf = (options: object): ReturnType<typeof readRecordPlan>['request'] =>
    readRecordPlan({ room: 'x', ...options }, environment).request;
  expect(requestOf({ fallback: 'other' }).fallbackFolder).toBe(resolve('other'));
  expect(requestOf({ fallback: '/another-disk/takes' }).fallbackFolder).toBe('/another-disk/takes');
  expect(requestOf({})).not.toHaveProperty('fallbackFolder');
  expect(requestOf({ backup: 'copies' }).backupFolder).toBe(resolve('copies'));
  expect(requestOf({})).not.toHaveProperty('backupFolder');
});

it('records in copy mode when it is asked for, and refuses what only an encoded take can do', () => {
  const plan = (options: object): ReturnType<typeof readRecordPlan>['request'] =>
    readRecordPlan({ room: 'x', ...options }, environment).request;
  expect(plan({}).mode).toBeUndefined();
  expect(plan({ mode: 'encode', profile: '1080p30' }).profile.name).toBe('1080p30');
  expect(plan({ mode: ' copy ', participants: 'ada', maxFiles: '3' })).toMatchObject({
    ...{ mode: 'copy', participants: ['ada'], maxFiles: 3 },
    profile: { name: 'copy', container: 'mkv', canvas: null },
  });
  expect(() => plan({ mode: 'remux' })).toThrow('--mode is none of encode, copy and auto.');
  const encoding = {
    ...{ profile: 'source', crf: '20', bitrate: '4M', preset: 'fast', format: 'mkv', frameRate: 'variable' },
    memoryCeiling: '400M',
  };
  for (const [option, value] of Object.entries(encoding))
    expect(() => plan({ mode: 'copy', [option]: value }), option).toThrow(
      /^--[a-z0-9-]+ cannot be given together with --mode copy/,
    );
  expect(
    plan({ mode: 'copy', splitEvery: '30m', splitSize: '2G', backup: '/var', fallback: '/tmp' }),
  ).toMatchObject({
    ...{ mode: 'copy', splitEveryMs: 1_800_000, splitBytes: 2e9, backupFolder: '/var' },
    fallbackFolder: '/tmp',
  });
  expect(() => plan({ mode: 'copy', furtherAudio: 'stream' })).toThrow('a file of its own');
  expect(() => plan({ mode: 'copy', e2eeKeyFile: 'key', e2eeKeyIndex: '1' })).not.toThrow();
});

it('makes MP4 files of a take that is copied, or may be, when it is asked for', () => {
  const deliver = (options: object): unknown =>
    readRecordPlan({ room: 'x', ...options }, environment).deliver;
  expect(deliver({ mode: 'copy' })).toBeNull();
  expect(deliver({ mode: 'copy', deliver: true })).toEqual({ fps: 30, size: 'source' });
  expect(deliver({ mode: 'auto', deliver: true, deliverFps: '25', deliverSize: '720p' })).toEqual({
    ...{ fps: 25, size: '720p' },
  });
  expect(() => deliver({ deliver: true })).toThrow('--deliver is for takes that are copied');
  expect(() => deliver({ mode: 'copy', deliverSize: '720p' })).toThrow(
    '--deliver-size says nothing without --deliver.',
  );
  expect(() => deliver({ mode: 'copy', deliver: true, deliverFps: '29' })).toThrow(
    '--deliver-fps is none of',
  );
});

it('leaves the mode open with auto, takes a profile for the case that it is encoded, and refuses what a copied take lacks', () => {
  const read = (options: object): ReturnType<typeof readRecordPlan> =>
    readRecordPlan({ room: 'x', ...options }, environment);
  const plan = read({ mode: 'auto', profile: '1080p30', crf: '20' });
  expect(plan.choosesMode).toBe(true);
  expect(plan.request).toMatchObject({ profile: { name: '1080p30', crf: 20 } });
  expect(plan.request.mode).toBeUndefined();
  expect(plan.request).not.toHaveProperty('choosesMode');
  expect(read({ mode: 'auto', backup: '/var' }).request.backupFolder).toBe('/var');
  expect(read({ mode: 'encode' }).choosesMode).toBe(false);
  expect(read({ mode: 'auto', replay: '60s' }).replaySeconds).toBe(60);
  expect(read({ mode: 'copy', replay: '60s' }).replaySeconds).toBe(60);
  expect(read({ mode: 'auto', fallback: '/tmp' }).request.fallbackFolder).toBe('/tmp');
  expect(() => read({ mode: 'auto', memoryCeiling: '400M' })).toThrow(/together with --mode auto/);
});

it('refuses a token alone in copy mode, which is two participants', () => {
  const claims = Buffer.from(JSON.stringify({ video: { room: 'x', roomJoin: true } })).toString('base64url');
  const options = { url: 'ws://host.example', token: `e30.${claims}.x`, mode: 'copy' };
  expect(() => readRecordPlan(options, {})).toThrow('a token is only one');
  expect(readRecordPlan({ ...options, mode: 'encode' }, {}).request.mode).toBeUndefined();
});

it('takes a second token of another identity in copy mode, and not twice the same', () => {
  const tokenOf = (sub: string): string =>
    `e30.${Buffer.from(JSON.stringify({ sub, video: { room: 'x', roomJoin: true } })).toString('base64url')}.x`;
  const options = { url: 'ws://host.example', token: tokenOf('one'), mode: 'copy' };
  const both = { token: tokenOf('one'), copyToken: tokenOf('two') };
  const plan = readRecordPlan({ ...options, copyToken: both.copyToken }, {});
  expect([plan.source.credentials, plan.request.mode]).toEqual([both, 'copy']);
  expect(readRecordPlan(options, { LIVEKIT_COPY_TOKEN: `${both.copyToken}\n` }).source.credentials).toEqual(
    both,
  );
  expect(() => readRecordPlan({ ...options, copyToken: tokenOf('one') }, {})).toThrow('both of one');
  expect(() => readRecordPlan({ url: options.url, copyToken: both.copyToken, room: 'x' }, {})).toThrow(
    '--token is missing',
  );
});

it.each([
  [{ room: 'lobby' }, undefined, null],
  [{ room: 'lobby' }, 'lobby', null],
  [{ room: 'lobby' }, 'standup', 'The token is for the room lobby, not for standup.'],
  [{}, undefined, 'The token names no room.'],
  [{}, 'standup', 'The token names no room, and the room beside it (standup) cannot take its place.'],
])(
  'says of a token for %o, beside the room %s, what is wrong before anything is joined',
  (grant, room, wrong) => {
    const claims = Buffer.from(JSON.stringify({ video: { roomJoin: true, ...grant } })).toString('base64url');
    const options = {
      url: 'ws://host.example',
      token: `e30.${claims}.x`,
      ...(room !== undefined && { room }),
    };
    const read = (): unknown => readRecordPlan(options, {}).source.room;
    if (wrong === null) expect(read()).toBe(room ?? null);
    else expect(read).toThrow(wrong);
  },
);
