import { spawn } from 'node:child_process';
import { dirname } from 'node:path';

/** Local disks answer in milliseconds, one that has to spin up in seconds. */
const answerPatienceMs = 10_000;

/** What is about to be done at a path. */
export type PathUse = 'read' | 'write';

/**
 * Looks at the path, or at what is there of it; reads what it holds, or writes into it where it may. Synchronous and small: it runs in a
 * process of its own, which is given up when it does not come back.
 */
const look = `
const fs = require('fs'), path = require('path');
let folder = process.argv[1];
for (;;) {
  try { fs.statSync(folder); break; } catch (error) {
    if (error.code !== 'ENOENT' || folder === path.dirname(folder)) process.exit(0);
    folder = path.dirname(folder);
  }
}
try { fs.statfsSync?.(folder); } catch {}
if (folder === process.argv[1]) try {
  if (process.argv[2] === 'read') { fs.readdirSync(folder); process.exit(0); }
  const probe = path.join(folder, '.plateau-' + process.pid + '-' + Date.now());
  const file = fs.openSync(probe, 'wx', 0o600);
  try { fs.writeSync(file, Buffer.alloc(4096)); fs.fsyncSync(file); } finally { fs.closeSync(file); fs.unlinkSync(probe); }
} catch {}
`;

/**
 * Whether the file system below a path answers: a network drive whose server is gone does not, nor does a disk that hangs.
 * A call to it would hold a thread of this process for ever, and a process with such a thread cannot even end. So a child
 * process makes the first calls.
 *
 * @param path absolute; it need not exist, nor be writable
 * @param use who only reads leaves no file there, not even for a moment in which somebody else wants the folder empty
 * @returns false when it does not answer within `limitMs`; true also when it answers with a failure
 */
export async function answersInTime(
  path: string,
  use: PathUse,
  limitMs = answerPatienceMs,
): Promise<boolean> {
  const child = spawn(process.execPath, ['-e', look, path, use], {
    // Away from the folder that this process stands in, which may be the one that hangs; no secret goes along.
    cwd: dirname(process.execPath),
    env: { ELECTRON_RUN_AS_NODE: '1' },
    stdio: 'ignore',
    windowsHide: true,
  });
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      // It may not even die: nobody waits for it.
      child.unref();
      resolve(false);
    }, limitMs);
    const answered = (): void => {
      clearTimeout(timer);
      resolve(true);
    };
    child.once('exit', answered);
    // That it cannot be started says nothing of the path.
    child.once('error', answered);
  });
}
