import { PlateauError } from '../contract/errors.js';
import { readMediaKeys } from '../contract/media-keys.js';
import type { Source } from '../contract/recording.js';
import { assertRoomNamed } from '../contract/room-name.js';
import type { ServerForm, SourceForm } from '../contract/source-form.js';
import type { SecretStore } from './secret-store.js';

/**
 * Makes a source of what a person entered, with the remembered secret where they left it out.
 *
 * @throws PlateauError `usage`, `missingRoom`, `missingCredentials`
 */
export function sourceOf(form: SourceForm, secrets: SecretStore): Source {
  const room = form.room.trim();
  const mediaKeys = readMediaKeys(mediaKeyOf(form, secrets));
  if (form.url.trim() !== '' && form.credentials.kind === 'apiKey') assertRoomNamed(room);
  return { ...serverOf(form, secrets), room: room === '' ? null : room, mediaKeys };
}

/**
 * A server, and who asks it, with the remembered secret where a person left it out.
 *
 * @throws PlateauError `usage`, `missingCredentials`
 */
export function serverOf(form: ServerForm, secrets: SecretStore): Pick<Source, 'url' | 'credentials'> {
  const url = urlOf(form);
  const { credentials } = form;
  if (credentials.kind === 'token') {
    const token = (credentials.token ?? secrets.read('token') ?? '').trim();
    if (token === '') throw missing('There is no token.', 'Paste an access token for the room.');
    return { url, credentials: { token } };
  }
  const apiKey = credentials.apiKey.trim();
  const apiSecret = (credentials.apiSecret ?? secrets.read('apiSecret') ?? '').trim();
  if (apiKey === '') throw missing('There is no API key.', 'Enter the key that belongs to the secret.');
  if (apiSecret === '') throw missing('There is no API secret.', 'Enter the secret that belongs to the key.');
  return { url, credentials: { apiKey, apiSecret } };
}

/** The address of a server, which may be none yet. @throws PlateauError `usage` when nothing was entered */
export function urlOf(form: Pick<ServerForm, 'url'>): string {
  const url = form.url.trim();
  if (url !== '') return url;
  throw new PlateauError('usage', 'No server is named.', 'Enter its address: wss://... or ws://...');
}

/** Keeps or forgets the secrets that were used, as the person asked. */
export function rememberSecret(form: SourceForm, source: Source, secrets: SecretStore): void {
  const name = form.credentials.kind;
  const mediaKey = mediaKeyOf(form, secrets);
  if (!form.remembersSecret || mediaKey === '') secrets.forget('mediaKey');
  else secrets.write('mediaKey', mediaKey);
  if (!form.remembersSecret) {
    secrets.forget(name === 'token' ? 'token' : 'apiSecret');
  } else if ('token' in source.credentials) {
    secrets.write('token', source.credentials.token);
  } else {
    secrets.write('apiSecret', source.credentials.apiSecret);
  }
}

/** Of an empty field the remembered key is used, as with the other secrets. */
function mediaKeyOf({ mediaKey }: SourceForm, secrets: SecretStore): string {
  return (mediaKey ?? secrets.read('mediaKey') ?? '').trim();
}

function missing(message: string, hint: string): PlateauError {
  return new PlateauError('missingCredentials', message, hint);
}
