import { PlateauError } from '../../contract/errors.js';

/**
 * Waits no longer than so many milliseconds.
 *
 * @throws PlateauError `serverUnreachable` when the time is over; whatever `result` rejects with before
 */
export async function within<T>(limitMs: number, purpose: string, result: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(
        new PlateauError(
          'serverUnreachable',
          `The server did not answer within ${limitMs / 1000} s (while ${purpose}).`,
          'Check that the server runs, and that its UDP port can be reached.',
        ),
      );
    }, limitMs);
  });
  try {
    return await Promise.race([result, limit]);
  } finally {
    clearTimeout(timer);
    // It may fail after nobody waits for it any more.
    result.catch(() => undefined);
  }
}
