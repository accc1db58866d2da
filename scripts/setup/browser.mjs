import { canInstallDebianPackages, installDebianPackage } from './debian-package.mjs';
import { findExecutable, isExecutable } from './find-executable.mjs';

/** What the tests of the window can drive: whatever is made of Chromium. */
const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/**
 * Finds a browser for the tests of the console (CHROMIUM_PATH, PATH), or installs Debian's package when this
 * user may. Without one those tests are skipped, so that nothing fails here.
 * @param {NodeJS.ProcessEnv} environment
 * @param {import('./progress.mjs').StepReport} report
 * @returns {Promise<{ value: string | undefined, outcome: string }>}
 */
export async function provideBrowser(environment, report) {
  const given = environment['CHROMIUM_PATH'];
  if (given !== undefined && given !== '') {
    return isExecutable(given)
      ? { value: given, outcome: 'ready, from CHROMIUM_PATH' }
      : { value: undefined, outcome: 'CHROMIUM_PATH is no program: the tests in a browser are skipped' };
  }
  const found = findBrowser(environment);
  if (found !== undefined) return { value: found, outcome: 'ready, from PATH' };
  if (!canInstallDebianPackages(environment)) {
    return {
      value: undefined,
      outcome: 'no Chromium here: the tests in a browser are skipped (install one, or set CHROMIUM_PATH)',
    };
  }
  report.note("installing Debian's package chromium");
  const problem = await installDebianPackage('chromium', environment);
  const installed = problem === '' ? findBrowser(environment) : undefined;
  return installed === undefined
    ? {
        value: undefined,
        outcome: `chromium could not be installed, the tests in a browser are skipped (${problem})`,
      }
    : { value: installed, outcome: "installed Debian's package" };
}

/** @param {NodeJS.ProcessEnv} environment */
function findBrowser(environment) {
  return names.map((name) => findExecutable(name, environment)).find((path) => path !== undefined);
}
