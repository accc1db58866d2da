import type { ConsoleState } from '../../../../src-main/contract/console.js';
import type { Settings } from '../../../../src-main/contract/settings.js';
import type { ServerForm, SourceForm } from '../../../../src-main/contract/source-form.js';
import { formatDuration } from '../../../../src-main/format/time.js';
import { readTokenClaims } from './token-claims.js';

/** The source as it is being typed. Secrets live here until the room is reached, and nowhere else. */
export interface SourceDraft {
  readonly url: string;
  readonly room: string;
  readonly credentialKind: Settings['credentialKind'];
  readonly apiKey: string;
  readonly apiSecret: string;
  readonly token: string;
  readonly mediaKey: string;
  readonly remembersSecret: boolean;
}

export type DraftField = 'url' | 'room' | 'apiKey' | 'apiSecret' | 'token';
export type DraftProblems = Readonly<Partial<Record<DraftField, string>>>;
type Remembered = ConsoleState['remembered'];

export function draftFrom(settings: Settings, remembered: Remembered): SourceDraft {
  return {
    url: settings.url,
    room: settings.room,
    credentialKind: settings.credentialKind,
    apiKey: settings.apiKey,
    apiSecret: '',
    token: '',
    mediaKey: '',
    remembersSecret: remembered.hasToken || remembered.hasApiSecret || remembered.hasMediaKey === true,
  };
}

/**
 * What a link to a meeting says, when somebody pastes one in place of the server: LiveKit Meet's “custom” page names server
 * and token in its query, and the passphrase of an encrypted meeting behind `#`.
 *
 * @returns null for anything else
 */
export function draftOfLink(text: string): Partial<SourceDraft> | null {
  try {
    const { hash, searchParams } = new URL(text.trim());
    const url = searchParams.get('liveKitUrl');
    const token = searchParams.get('token');
    if (url === null || token === null) return null;
    const mediaKey = decodeURIComponent(hash.slice(1));
    return { url, token, credentialKind: 'token', room: readTokenClaims(token)?.room ?? '', mediaKey };
  } catch {
    return null;
  }
}

/** What would be refused, said before it is sent; the engine checks it all again. */
export function problemsOf(draft: SourceDraft, remembered: Remembered, nowMs: number): DraftProblems {
  const problems: Partial<Record<DraftField, string>> = {};
  const url = problemOfUrl(draft.url.trim());
  if (url !== null) problems.url = url;
  const room = draft.room.trim();
  if (draft.credentialKind === 'apiKey') {
    if (room === '') problems.room = 'Enter the room to record.';
    if (draft.apiKey.trim() === '') problems.apiKey = 'Enter the API key.';
    if (draft.apiSecret.trim() === '' && !remembered.hasApiSecret) {
      problems.apiSecret = 'Enter the secret that belongs to the key.';
    }
  } else {
    const token = problemOfToken(draft, remembered, nowMs);
    if (token !== null) problems.token = token;
    else {
      const own = readTokenClaims(draft.token)?.room ?? null;
      if (own !== null && room !== '' && room !== own.trim()) {
        problems.room = `The token is for the room “${own}”. Leave this empty to record that one, or paste a token for “${room}”.`;
      }
    }
  }
  return problems;
}

/** LiveKit Meet's own rooms: `https://meet.livekit.io/rooms/abcd-1234`. */
const meetingPage = /^\/rooms\/./;

function problemOfUrl(url: string): string | null {
  if (url === '') return 'Enter the server’s address, for example wss://my-project.livekit.cloud.';
  try {
    const { protocol, host, pathname } = new URL(url);
    if (meetingPage.test(pathname)) {
      return 'This is the page of a meeting: it does not say which server and which token it uses. Ask its host for both.';
    }
    const isKnown = ['ws:', 'wss:', 'http:', 'https:'].includes(protocol);
    if (isKnown && host !== '') return null;
  } catch {
    // Said below: what is wrong with it matters less than what it should look like.
  }
  return 'Not a server address. It must start with wss:// or ws://.';
}

function problemOfToken(draft: SourceDraft, remembered: Remembered, nowMs: number): string | null {
  const token = draft.token.trim();
  if (token === '') return remembered.hasToken ? null : 'Paste an access token.';
  const claims = readTokenClaims(token);
  if (claims === null) return 'Not an access token. A token has three parts separated by dots.';
  const { expiresAtMs, room, canJoin, canSubscribe } = claims;
  if (expiresAtMs !== null && expiresAtMs <= nowMs) {
    return `This token expired ${formatDuration(nowMs - expiresAtMs)} ago.`;
  }
  if (!canSubscribe) return 'This token does not allow subscribing, so nothing can be recorded.';
  if (!canJoin) return 'This token does not allow joining a room (the grant roomJoin is missing).';
  return room === null
    ? 'This token names no room, so it leads to none, whatever stands under Room. Make one with the grants roomJoin and room, or sign in with an API key.'
    : null;
}

/** What a token is good for, in one sentence; null for one that is good for nothing. */
export function describeToken(token: string, nowMs: number): string | null {
  const claims = readTokenClaims(token);
  if (claims === null) return null;
  const { room, identity, canJoin, canSubscribe, expiresAtMs, validFromMs } = claims;
  if (room === null || !canJoin || !canSubscribe || (expiresAtMs ?? Infinity) <= nowMs) return null;
  const who = identity === null ? '' : ` as ${identity}`;
  const until = expiresAtMs === null ? '' : `, for another ${formatDuration(expiresAtMs - nowMs)}`;
  const isEarly = validFromMs !== null && validFromMs > nowMs;
  const from = isEarly ? `, but only in ${formatDuration(validFromMs - nowMs)}` : until;
  return `Good for room “${room}”${who}${from}.`;
}

/** What is sent: a secret that was left empty stands for the remembered one. */
export function formOf(draft: SourceDraft): SourceForm {
  return {
    ...serverFormOf(draft),
    room: draft.room.trim(),
    mediaKey: secretOf(draft.mediaKey),
    remembersSecret: draft.remembersSecret,
  };
}

/** The part of it that names the server, and who asks it. */
export function serverFormOf(draft: SourceDraft): ServerForm {
  return {
    url: draft.url.trim(),
    credentials:
      draft.credentialKind === 'token'
        ? { kind: 'token', token: secretOf(draft.token) }
        : { kind: 'apiKey', apiKey: draft.apiKey.trim(), apiSecret: secretOf(draft.apiSecret) },
  };
}

function secretOf(text: string): string | null {
  return text.trim() === '' ? null : text.trim();
}
