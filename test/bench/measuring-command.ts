import { Cleanup } from './cleanup.js';

/** What `npm run bench` and `npm run faults` end with, apart from what they measured. */
export const commandExitCodes = { failed: 1, usage: 64, interrupted: 130 } as const;

interface MeasuringCommand<Options extends { readonly wantsHelp: boolean }> {
  readonly help: string;
  /** @throws Error with a sentence for whoever has typed the arguments */
  readonly parse: (args: string[]) => Options;
  readonly run: (options: Options, cleanup: Cleanup) => Promise<number>;
  readonly progress: (line: string) => void;
}

/** Runs a command that starts processes, and ends all of them, whatever ends it. @returns its exit code */
export async function measuringCommand<Options extends { readonly wantsHelp: boolean }>({
  help,
  parse,
  run,
  progress,
}: MeasuringCommand<Options>): Promise<number> {
  let options: Options;
  try {
    options = parse(process.argv.slice(2));
  } catch (thrown) {
    process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n\n${help}\n`);
    return commandExitCodes.usage;
  }
  if (options.wantsHelp) {
    process.stdout.write(`${help}\n`);
    return 0;
  }
  const cleanup = new Cleanup();
  endWith(cleanup, progress);
  try {
    return await run(options, cleanup);
  } finally {
    await cleanup.run();
  }
}

function endWith(cleanup: Cleanup, progress: (line: string) => void): void {
  const end = (reason: string, exitCode: number): void => {
    progress(`${reason}: ending every process`);
    void cleanup.run().then(() => process.exit(exitCode));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      end(signal, commandExitCodes.interrupted);
    });
  }
  for (const fault of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(fault, (thrown: unknown) => {
      end(
        `${fault}: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}`,
        commandExitCodes.failed,
      );
    });
  }
}
