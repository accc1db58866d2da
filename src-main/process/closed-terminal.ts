import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';
import { isatty } from 'node:tty';

/** stdin, stdout and stderr: what a terminal may stand behind (POSIX). */
const standardStreams = [0, 1, 2] as const;

/**
 * Lets this process end with its own exit code although its terminal was closed. At its exit Node sets the terminal back to
 * what it was, and aborts when that fails (`ResetStdio` of node.cc: SIGABRT in place of the exit code; of a descriptor that
 * is another file by then it does not ask). So a terminal that is gone is replaced by /dev/null at the very end.
 *
 * Call it at the start of the program, while its terminal is there.
 */
export function surviveClosedTerminal(): void {
  const terminals = standardStreams.filter((fd) => isatty(fd));
  process.on('exit', () => {
    for (const fd of terminals) if (!isatty(fd)) replaceByNothing(fd);
  });
}

function replaceByNothing(fd: number): void {
  try {
    closeSync(fd);
    // The system gives the lowest number that is free.
    openSync(devNull, 'r+');
  } catch {
    // It was closed by somebody else, and a closed one is not asked either.
  }
}
