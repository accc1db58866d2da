/**
 * The process that receives the packets of a copied take and writes its files: apart from the recorder, so that a recorder whose
 * main thread is blocked loses nothing. Started and spoken to by `copied-take.ts` over Node's IPC channel.
 */
import { CopyHost } from './copy-host.js';
import type { CopyReport } from './copy-reports.js';
import { copyRequestSchema } from './copy-requests.js';

const host = new CopyHost((report: CopyReport) => {
  // A channel that is closed says so by itself.
  if (process.connected) process.send?.(report, undefined, undefined, () => undefined);
});

/** The last line of stderr is what the recorder says of it. */
function die(thrown: unknown): void {
  process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
  process.exit(1);
}

process.on('uncaughtException', die);
process.on('unhandledRejection', die);
// Whoever ends the recorder may signal all of its processes: it ends its take in order, and this process with it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.on('message', (message) => host.receive(copyRequestSchema.parse(message)));
// The recorder is gone, or needs it no more.
process.on('disconnect', () => {
  void host.orphaned().then(() => process.exit(0));
});
process.send?.({ type: 'ready' } satisfies CopyReport);
