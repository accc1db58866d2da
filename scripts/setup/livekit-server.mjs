import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { findExecutable, isExecutable } from './find-executable.mjs';
import { homePath } from './home-path.mjs';
import { goInstallLivekitServer } from './livekit-go-install.mjs';
import { unpackRelease } from './livekit-release.mjs';
import { oneAtATime } from './one-at-a-time.mjs';
import { runCommand } from './run-command.mjs';
import { SetUpError } from './set-up-error.mjs';

/** v1.13.0 and v1.13.1 cannot be built with `go install`: their go.mod has replace directives. */
export const livekitServerVersion = '1.13.5';

const versionTimeoutMs = 15_000;
const fileName = process.platform === 'win32' ? 'livekit-server.exe' : 'livekit-server';

/**
 * One way to get the executable into an empty folder; throws an Error with one sentence when it cannot.
 * @typedef {object} Source
 * @property {string} name
 * @property {(folder: string, report: import('./progress.mjs').StepReport) => Promise<void>} put
 */

/**
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Source[]} the release's archive, then Go
 */
export function livekitServerSources(environment) {
  const version = livekitServerVersion;
  const baseUrl = `https://github.com/livekit/livekit/releases/download/v${version}`;
  return [
    {
      name: 'release archive',
      put: (folder, report) => {
        report.note(`downloading release ${version}`);
        return unpackRelease({ baseUrl, version, platform: process.platform, arch: process.arch }, folder);
      },
    },
    {
      name: 'go install',
      put: (folder, report) => goInstallLivekitServer(version, folder, fileName, environment, report),
    },
  ];
}

/**
 * Finds livekit-server: LIVEKIT_SERVER_PATH, PATH, the user's cache, and else fills the cache from the first
 * source that works.
 * @param {NodeJS.ProcessEnv} environment
 * @param {string} cache folder of this user for programs like this one
 * @param {readonly Source[]} sources
 * @param {import('./progress.mjs').StepReport} report
 * @returns {Promise<{ value: string, outcome: string }>} the executable
 * @throws {SetUpError} when there is none, or LIVEKIT_SERVER_PATH names one that does not run
 */
export async function provideLivekitServer(environment, cache, sources, report) {
  const explicit = homePath(environment['LIVEKIT_SERVER_PATH']);
  if (explicit !== undefined && explicit !== '') {
    const version = await serverVersion(explicit);
    if (version === undefined) {
      throw new SetUpError(`LIVEKIT_SERVER_PATH names ${explicit}, which does not run as livekit-server.`, [
        'unset LIVEKIT_SERVER_PATH',
        'export LIVEKIT_SERVER_PATH=/full/path/of/livekit-server',
      ]);
    }
    return { value: explicit, outcome: `ready, ${version} from LIVEKIT_SERVER_PATH` };
  }
  /** @type {string[]} */
  const attempts = ['LIVEKIT_SERVER_PATH: not set'];

  const onPath = findExecutable('livekit-server', environment);
  const pathVersion = onPath === undefined ? undefined : await serverVersion(onPath);
  if (onPath !== undefined && pathVersion !== undefined) {
    return { value: onPath, outcome: `ready, ${pathVersion} from PATH` };
  }
  attempts.push(`PATH: ${onPath === undefined ? 'no livekit-server' : `${onPath} does not run`}`);

  const cached = path.join(cache, 'livekit-server', livekitServerVersion, fileName);
  if (isExecutable(cached)) {
    return { value: cached, outcome: `ready, ${livekitServerVersion} from the cache` };
  }
  attempts.push(`cache: no ${cached}`);
  makeFolder(path.dirname(cached));
  return oneAtATime(
    `${cached}.lock`,
    async () => {
      if (isExecutable(cached)) {
        return { value: cached, outcome: `ready, ${livekitServerVersion}, put into the cache meanwhile` };
      }
      return fillCache(cached, sources, attempts, report);
    },
    (pid) => {
      report.note(`waiting for process ${pid}, which is fetching it`);
    },
  );
}

/**
 * @param {string} cached
 * @param {readonly Source[]} sources
 * @param {string[]} attempts
 * @param {import('./progress.mjs').StepReport} report
 */
async function fillCache(cached, sources, attempts, report) {
  for (const source of sources) {
    // In the same file system as its destination, so that the rename below is atomic: nobody ever runs half
    // an executable.
    const folder = mkdtempSync(path.join(path.dirname(cached), 'incoming-'));
    try {
      await source.put(folder, report);
      const candidate = path.join(folder, fileName);
      if ((await serverVersion(candidate)) === undefined) throw new Error('what it gave does not run');
      renameSync(candidate, cached);
      return { value: cached, outcome: `${livekitServerVersion} from ${source.name}, now in the cache` };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      attempts.push(`${source.name}: ${reason}`);
      report.note(`${source.name} did not work: ${reason}`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  throw new SetUpError('livekit-server is missing.', remedies(), attempts);
}

/** @param {string} folder */
function makeFolder(folder) {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SetUpError(`The cache folder cannot be made: ${reason}.`, [
      'export XDG_CACHE_HOME=/full/path/of/a/writable/folder',
      'export LIVEKIT_SERVER_PATH=/full/path/of/livekit-server',
    ]);
  }
}

function remedies() {
  const byHand = [
    `CGO_ENABLED=0 go install github.com/livekit/livekit-server/cmd/server@v${livekitServerVersion} && export LIVEKIT_SERVER_PATH="$(go env GOPATH)/bin/server"`,
    'export LIVEKIT_SERVER_PATH=/full/path/of/livekit-server',
  ];
  return process.platform === 'darwin' ? ['brew install livekit', ...byHand] : byHand;
}

/**
 * @param {string} executable
 * @returns {Promise<string | undefined>} for example `1.13.5`; undefined when it does not run as livekit-server
 */
async function serverVersion(executable) {
  const result = await runCommand(executable, ['--version'], { timeoutMs: versionTimeoutMs });
  const version = /version\s+v?(\d+\.\d+\.\d+\S*)/.exec(result.output)?.[1];
  return result.ok ? version : undefined;
}
