#!/usr/bin/env -S MALLOC_MMAP_THRESHOLD_=131072 node --max-semi-space-size=4
// The variable makes glibc give freed frames back to the system instead of keeping them for later; for the flag see process/young-heap.ts.
import { runCommandLine } from './cli/program.js';
import { surviveClosedTerminal } from './process/closed-terminal.js';
import { exitNow } from './process/exit-now.js';

surviveClosedTerminal();
process.exitCode = await runCommandLine(process.argv.slice(2), process.env);
// Node's own tidying up gives signals their default back some milliseconds before the process is gone: a
// Ctrl-C would then end it with that signal, after a result that was told. Ending here leaves no such moment.
process.on('exit', () => {
  process.exit();
});
// Everything is told and ended. What is left, a thread that a dead disk holds or an SDK that hangs, keeps nobody waiting.
const exitPatienceMs = 2_000;
setTimeout(() => exitNow(Number(process.exitCode)), exitPatienceMs).unref();
