import { describe, expect, it } from 'vitest';
import {
  describeToken,
  draftOfLink,
  formOf,
  problemsOf,
  type SourceDraft,
} from '../../../../src-renderer/views/record/room/source-draft.js';

const nowMs = Date.UTC(2026, 10, 24, 9);
const nothing = { hasToken: false, hasApiSecret: false };

function draft(change: Partial<SourceDraft> = {}): SourceDraft {
  return {
    url: 'wss://my-project.livekit.cloud',
    room: 'standup',
    credentialKind: 'apiKey',
    apiKey: 'key',
    apiSecret: 'secret',
    token: '',
    mediaKey: '',
    remembersSecret: false,
    ...change,
  };
}

function token(claims: object): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'HS256' })}.${part(claims)}.signature`;
}

const good = token({ sub: 'récorder', exp: nowMs / 1000 + 3600, video: { room: 'standup', roomJoin: true } });

describe('the source form', () => {
  it('accepts what is complete', () => {
    expect(problemsOf(draft(), nothing, nowMs)).toEqual({});
    expect(problemsOf(draft({ url: 'http://127.0.0.1:7880' }), nothing, nowMs)).toEqual({});
    expect(problemsOf(draft({ credentialKind: 'token', token: good, room: '' }), nothing, nowMs)).toEqual({});
  });

  it.each(['', 'my server', 'ftp://somewhere', 'wss://'])('refuses the address %j', (url) => {
    expect(Object.keys(problemsOf(draft({ url }), nothing, nowMs))).toEqual(['url']);
  });

  it.each(['acme/standup', String.raw`a\b`, '..', 'Wait...what', 'a:b', '日本 🎤'])(
    'takes the room %j: LiveKit knows any name',
    (room) => {
      expect(problemsOf(draft({ room }), nothing, nowMs)).toEqual({});
      expect(formOf(draft({ room })).room).toBe(room);
    },
  );

  it('needs a room beside a key', () => {
    expect(Object.keys(problemsOf(draft({ room: ' ' }), nothing, nowMs))).toEqual(['room']);
  });

  it('reads a link to a meeting', () => {
    const link = `https://meet.livekit.io/custom?liveKitUrl=${encodeURIComponent('wss://x.example')}&token=${good}`;
    const known = { url: 'wss://x.example', token: good, credentialKind: 'token', room: 'standup' };
    expect(draftOfLink(link)).toEqual({ ...known, mediaKey: '' });
    expect(draftOfLink(` ${link}#${encodeURIComponent('correct horse')} `)).toEqual({
      ...known,
      mediaKey: 'correct horse',
    });
    for (const text of ['wss://x.example', 'my server', '', 'https://x.example/?token=1', `${link}#%`])
      expect(draftOfLink(text), text).toBeNull();
  });

  it('says of a meeting’s page that it names no server', () => {
    const page = draft({ url: 'https://meet.livekit.io/rooms/abcd-1234' });
    expect(problemsOf(page, nothing, nowMs).url).toContain('page of a meeting');
  });

  it('needs a secret, unless one is remembered', () => {
    const without = draft({ apiSecret: ' ' });
    expect(Object.keys(problemsOf(without, nothing, nowMs))).toEqual(['apiSecret']);
    expect(problemsOf(without, { ...nothing, hasApiSecret: true }, nowMs)).toEqual({});
    expect(formOf(without).credentials).toEqual({ kind: 'apiKey', apiKey: 'key', apiSecret: null });
  });

  it.each([
    ['is none', 'not-a-token', 'Not an access token'],
    ['expired', token({ exp: nowMs / 1000 - 60 }), 'expired 1 min'],
    ['cannot subscribe', token({ video: { canSubscribe: false } }), 'subscribing'],
    ['cannot join', token({ video: { room: 'standup' } }), 'joining'],
    ['names no room', token({ video: { roomJoin: true } }), 'names no room, so it leads to none'],
  ])('says when a token %s', (_, text, sentence) => {
    expect(problemsOf(draft({ credentialKind: 'token', token: text }), nothing, nowMs).token).toContain(
      sentence,
    );
  });

  it('says under the room that the token is for another one, and what to do', () => {
    const lobby = token({ video: { room: 'lobby', roomJoin: true } });
    expect(problemsOf(draft({ credentialKind: 'token', token: lobby }), nothing, nowMs)).toEqual({
      room: 'The token is for the room “lobby”. Leave this empty to record that one, or paste a token for “standup”.',
    });
    expect(problemsOf(draft({ credentialKind: 'token', token: lobby, room: '' }), nothing, nowMs)).toEqual(
      {},
    );
    expect(describeToken(lobby, nowMs)).toBe('Good for room “lobby”.');
  });

  it('calls no token good that is refused', () => {
    const join = { roomJoin: true, room: 'standup' };
    for (const claims of [
      { video: { roomJoin: true } },
      { video: { room: 'standup' } },
      { video: { ...join, canSubscribe: false } },
      { exp: nowMs / 1000 - 60, video: join },
    ])
      expect(describeToken(token(claims), nowMs)).toBeNull();
    const early = token({ nbf: nowMs / 1000 + 1800, exp: nowMs / 1000 + 3600, video: join });
    expect(describeToken(early, nowMs)).toBe('Good for room “standup”, but only in 30 min.');
  });

  it('says what a token is good for', () => {
    expect(describeToken(good, nowMs)).toBe('Good for room “standup” as récorder, for another 1 h.');
  });
});
