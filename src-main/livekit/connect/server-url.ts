import { PlateauError } from '../../contract/errors.js';

const protocols: Readonly<Record<string, string>> = {
  'ws:': 'ws:',
  'wss:': 'wss:',
  'http:': 'ws:',
  'https:': 'wss:',
};

/**
 * Reads a LiveKit server's address. http and https are taken for ws and wss, as LiveKit's own tools do.
 *
 * @throws PlateauError `malformedUrl`
 */
export function parseServerUrl(text: string): string {
  const hint = 'It looks like wss://my-project.livekit.cloud, or ws://127.0.0.1:7880 for a local server.';
  let url: URL;
  try {
    url = new URL(text.trim());
  } catch (cause) {
    throw new PlateauError('malformedUrl', 'The server’s address is not a URL.', hint, { cause });
  }
  const protocol = protocols[url.protocol];
  if (protocol === undefined || url.hostname === '') {
    throw new PlateauError(
      'malformedUrl',
      `A LiveKit server’s address begins with wss:// or ws://, not ${url.protocol}//.`,
      hint,
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw new PlateauError(
      'malformedUrl',
      'The server’s address must not hold a user name or password.',
      'Give credentials with --token, or --api-key and --api-secret.',
    );
  }
  // Special schemes cannot be changed into others through URL's setters.
  return `${protocol}//${url.host}${url.pathname === '/' ? '' : url.pathname}`;
}
