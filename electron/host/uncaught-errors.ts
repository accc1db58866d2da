import { dialog } from 'electron';

/**
 * Electron's own answer to an uncaught exception is a dialogue that stops the event loop, and every take
 * with it, until somebody comes. Here the take goes on and the fault is told.
 */
export function surviveFaults(tell: (message: string) => void): void {
  const report = (thrown: unknown): void => {
    const message = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    process.stderr.write(`Plateau: unexpected fault: ${message}\n`);
    tell(thrown instanceof Error ? thrown.message : String(thrown));
  };
  process.on('uncaughtException', report);
  process.on('unhandledRejection', report);
}

/** For a start that cannot work: there is nothing yet that a dialogue could hold up. */
export function showStartFailure(thrown: unknown): void {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  process.stderr.write(`Plateau could not start: ${message}\n`);
  dialog.showErrorBox('Plateau could not start', message);
}
