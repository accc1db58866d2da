import { childPids, signalProcess } from './proc.js';
import { blockArgumentSchema, requestSchema, type SubjectReply } from './subject-messages.js';

export type CommandHandler = (argument: unknown) => unknown;

/** The measured process's end: answers the bench, and ends with it, whatever state it is in. */
export function serve(handlers: Readonly<Record<string, CommandHandler>>): void {
  const all: Readonly<Record<string, CommandHandler>> = { ping: () => null, block: blockLoop, ...handlers };
  const answer = async (message: unknown): Promise<void> => {
    const { id, command, argument } = requestSchema.parse(message);
    let reply: SubjectReply;
    try {
      const handler = all[command];
      if (handler === undefined) throw new TypeError(`unknown command ${command}`);
      reply = { id, ok: true, value: await handler(argument) };
    } catch (thrown) {
      reply = { id, ok: false, message: thrown instanceof Error ? thrown.message : String(thrown) };
    }
    process.send?.(reply);
  };
  process.on('message', (message) => void answer(message));
  process.on('disconnect', () => {
    // A stopped (SIGSTOP) encoder would outlive this process.
    for (const pid of childPids(process.pid)) signalProcess(pid, 'SIGKILL');
    process.exit(0);
  });
}

/** Keeps the event loop from turning, as a long computation would. */
function blockLoop(argument: unknown): null {
  const { durationMs } = blockArgumentSchema.parse(argument);
  const endMs = performance.now() + durationMs;
  while (performance.now() < endMs);
  return null;
}
