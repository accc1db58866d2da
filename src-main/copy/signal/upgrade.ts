import type { WebSocket } from 'ws';
import { PlateauError } from '../../contract/errors.js';
import { connectError } from '../../livekit/connect/connect-error.js';

/** What a client says of itself when it opens LiveKit's signaling, and that it subscribes to nothing by itself. */
export const clientQuery = {
  auto_subscribe: '0',
  // Of the protocol's numbering: without single peer connections, which the newer path has.
  protocol: '16',
  sdk: 'js',
  version: '2.15.0',
} as const;

/** The connection broke, and may come back. */
export function connectionLost(reason: string): PlateauError {
  return new PlateauError(
    'connectionLost',
    `The connection to the server is over: ${reason}.`,
    'Check that the server runs, then join again.',
  );
}

/**
 * Rejects when the server answers the upgrade with an error, or cannot be reached. What it says is not passed on: it
 * repeats the token.
 *
 * @param who of whom the message speaks: `receiver`
 */
export function refusal(socket: WebSocket, who: string): Promise<never> {
  return new Promise((_, reject) => {
    socket.once('unexpected-response', (request, response) => {
      const status = response.statusCode ?? 0;
      request.destroy();
      reject(
        new PlateauError(
          status === 401 || status === 403 ? 'unauthorized' : 'serverUnreachable',
          `The server refused the ${who} with HTTP ${status}.`,
          'Check the API key and secret, and that the address is that of a LiveKit server.',
        ),
      );
    });
    socket.once('error', (cause) => {
      // A proxy that does not lead there.
      if (cause instanceof PlateauError) reject(cause);
      reject(
        new PlateauError(
          'serverUnreachable',
          'The server cannot be reached.',
          'Check that the server runs.',
          { cause },
        ),
      );
    });
  });
}

/**
 * What a receiver that was refused is told: the time of its token and the clocks where those are the reason, and that it is the
 * second of two tokens. What is no refusal stays what it is.
 *
 * @param asError as {@link connectError}; tests have a server of their own
 */
export async function refusedReceiver(
  failure: unknown,
  url: string,
  token: string,
  asError: typeof connectError = connectError,
): Promise<unknown> {
  if (!(failure instanceof PlateauError) || failure.code !== 'unauthorized') return failure;
  const { code, hint, message } = await asError(new Error('401'), url, token);
  return new PlateauError(
    code,
    message
      .replace(/^The token /, 'The receiver’s token ')
      .replace(/refused the credentials/, 'refused the receiver'),
    `${hint} Of two tokens, it is the one of --copy-token.`,
    { cause: failure },
  );
}
