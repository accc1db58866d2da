import { renameSync } from 'node:fs';
import path from 'node:path';
import { findExecutable, isExecutable } from './find-executable.mjs';
import { formatDuration } from './progress.mjs';
import { lastLines, runCommand } from './run-command.mjs';

const elapsedEveryMs = 30_000;

/**
 * Builds livekit-server from its published Go module.
 * @param {string} version without the leading v
 * @param {string} folder existing; receives the executable under the given name
 * @param {string} fileName
 * @param {NodeJS.ProcessEnv} environment
 * @param {import('./progress.mjs').StepReport} report
 * @returns {Promise<void>}
 * @throws {Error} saying in one sentence why it could not be built
 */
export async function goInstallLivekitServer(version, folder, fileName, environment, report) {
  const go = findGo(environment);
  if (go === undefined) throw new Error('go is not installed');
  report.note(`building it with go install, which takes 3 to 4 minutes on a machine with 2 cores`);
  const startedAtMs = performance.now();
  const timer = setInterval(() => {
    report.note(`still building, ${formatDuration(performance.now() - startedAtMs)} so far`);
  }, elapsedEveryMs);
  try {
    const module = `github.com/livekit/livekit-server/cmd/server@v${version}`;
    const result = await runCommand(go, ['install', module], {
      cwd: folder,
      // Without C the binary needs no compiler here and no particular C library there.
      env: { ...environment, CGO_ENABLED: '0', GOBIN: folder },
    });
    if (!result.ok) throw new Error(`${result.reason}: ${lastLines(result.output, 3).join(' | ')}`);
  } finally {
    clearInterval(timer);
  }
  const extension = process.platform === 'win32' ? '.exe' : '';
  renameSync(path.join(folder, `server${extension}`), path.join(folder, fileName));
}

/** @param {NodeJS.ProcessEnv} environment */
function findGo(environment) {
  const onPath = findExecutable('go', environment);
  if (onPath !== undefined) return onPath;
  // Where Go's own installer puts it; a shell that was open before does not know yet.
  const usual = '/usr/local/go/bin/go';
  return isExecutable(usual) ? usual : undefined;
}
