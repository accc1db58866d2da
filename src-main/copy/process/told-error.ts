import { type ErrorReport, PlateauError } from '../../contract/errors.js';

/** What went wrong in the process, as it goes on from here. */
export function errorOf({ code, hint, message }: ErrorReport): PlateauError {
  return new PlateauError(code, message, hint);
}
