import { PlateauError } from '../contract/errors.js';

/** Not there yet. */
export function demo(..._args: readonly unknown[]): Promise<number> {
  throw new PlateauError('invalidState', 'This command is not there yet.', 'It comes with the next commit.');
}
