import { dialog } from 'electron';

/**
 * Electron's own answer to an uncaught exception is a dialog that stops the event loop, and every take
 * with it, until somebody comes. Here the take goes on and the error is shown.
 *
 * @param onError shows the error's message; its stack goes to stderr
 */
export function surviveUncaughtErrors(onError: (message: string) => void): void {
  const report = (thrown: unknown): void => {
    const message = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    process.stderr.write(`Plateau: unexpected error: ${message}\n`);
    onError(thrown instanceof Error ? thrown.message : String(thrown));
  };
  process.on('uncaughtException', report);
  process.on('unhandledRejection', report);
}

/** For a start that cannot work: there is nothing yet that a dialog could hold up. */
export function showStartFailure(thrown: unknown): void {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  process.stderr.write(`Plateau could not start: ${message}\n`);
  dialog.showErrorBox('Plateau could not start', message);
}
