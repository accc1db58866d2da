#!/usr/bin/env -S MALLOC_MMAP_THRESHOLD_=131072 node
// The variable makes glibc give freed frames back to the system instead of keeping them for later.
import { runCommandLine } from './cli/program.js';

process.exitCode = await runCommandLine(process.argv.slice(2), process.env);
