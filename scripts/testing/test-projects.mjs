import { readdirSync } from 'node:fs';
import path from 'node:path';

/**
 * A project of vitest: a folder of tests that need the same of the machine.
 * @typedef {object} TestProject
 * @property {string} folder
 * @property {import('../setup/set-up.mjs').Needs} needs what has to be set up before one of its files runs
 */

/** @type {import('../setup/set-up.mjs').Needs} */
const recording = { build: 'programs', testFfmpeg: true, livekitServer: true };

/**
 * The projects of `vitest.config.ts`, in the order in which they run.
 * @type {Readonly<Record<'unit' | 'finalize' | 'cli' | 'console' | 'copy' | 'integration' | 'timed' | 'e2e' | 'electron' | 'window', TestProject>>}
 */
export const testProjects = {
  unit: { folder: 'test/unit', needs: {} },
  // Real encoders and real files, and no live room.
  finalize: { folder: 'test/integration/finalize', needs: { build: 'programs', testFfmpeg: true } },
  // Commands and transports around a live room: that something happens is judged, not when.
  cli: { folder: 'test/integration/cli', needs: recording },
  console: { folder: 'test/integration/console', needs: recording },
  // Takes of copy mode: a third of what is live, so that the two places end at the same time.
  copy: { folder: 'test/integration/copy', needs: recording },
  integration: { folder: 'test/integration', needs: recording },
  // Takes of which is judged when something happens: what the machine could not carry beside others is judged alone.
  timed: { folder: 'test/integration/timed', needs: { ...recording, browser: true, livekitClient: true } },
  e2e: { folder: 'test/e2e', needs: { ...recording, renderer: true, browser: true, livekitClient: true } },
  electron: { folder: 'test/electron', needs: { ...recording, renderer: true, oldElectron: true } },
  // Its page is built by the tests themselves, with a fake recorder behind it; ffmpeg makes what is played.
  window: { folder: 'test/renderer', needs: { browser: true, testFfmpeg: true } },
};

/** @typedef {keyof typeof testProjects} ProjectName */

const allProjects = /** @type {readonly ProjectName[]} */ (Object.keys(testProjects));

/**
 * They wait for rooms, servers, pages and disks most of their time: {@link livePlaces} of them run side by side, the longest
 * first. It is the one whose takes are judged by when something happens, so that two of those never meet.
 * @type {readonly ProjectName[]}
 */
export const live = ['timed', 'cli', 'copy', 'integration', 'e2e', 'console', 'electron'];

/** Of two cores. */
export const livePlaces = 2;

/**
 * Of these the machine carries no take beside other takes: what they ask is when a frame or a beep stands. They run behind those, one
 * at a time, beside what only computes and yields to them: half of the machine would have nothing to do.
 * @type {readonly string[]}
 */
export const alone = [
  'test/integration/timed/take/further-tracks.test.ts',
  'test/integration/timed/take/healthy-take.test.ts',
  'test/integration/timed/take/impaired-line.test.ts',
  'test/integration/timed/take/lost-packets.test.ts',
  'test/integration/timed/take/memory-governor.test.ts',
  'test/integration/timed/take/paused-take.test.ts',
  'test/integration/timed/take/server-standstill.test.ts',
  'test/integration/timed/take/split-take.test.ts',
  'test/integration/timed/take/standstill.test.ts',
  'test/integration/timed/take/take-faults.test.ts',
  'test/integration/timed/take/take-timeline.test.ts',
];

/**
 * They do nothing but compute, and yield to whatever is live: one after the other they run beside it, the longest first, and the rest
 * of them beside the files of the clock.
 * @type {readonly ProjectName[]}
 */
export const computing = ['window', 'unit', 'finalize'];

/**
 * Which projects `vitest run ...args` runs.
 *
 * Vitest runs the files whose path holds one of the arguments that are no options. An argument that no file
 * holds may be the value of an option or a file that does not exist: it chooses nothing here, and when no
 * argument chooses anything the answer is every project, for a set-up that is too large only costs time.
 * @param {readonly string[]} args
 * @param {readonly string[]} testFiles paths inside the project, with slashes
 * @param {string} projectDirectory
 * @returns {readonly ProjectName[]}
 */
export function projectsOf(args, testFiles, projectDirectory) {
  const named = namedProjects(args);
  const filters = args
    .filter((argument, index) => !argument.startsWith('-') && args[index - 1] !== '--project')
    .map((argument) => fileFilter(argument, projectDirectory));
  const chosen = testFiles.filter((file) => filters.some((filter) => file.includes(filter)));
  const ofFiles = chosen.length === 0 ? allProjects : allProjects.filter((name) => holdsOne(name, chosen));
  return named === undefined ? ofFiles : ofFiles.filter((name) => named.includes(name));
}

/**
 * @param {readonly ProjectName[]} names
 * @returns {import('../setup/set-up.mjs').Needs} what all of them need together
 */
export function needsOf(names) {
  /** @type {import('../setup/set-up.mjs').Needs} */
  const needs = {};
  for (const name of names) Object.assign(needs, testProjects[name].needs);
  return needs;
}

/**
 * @param {string} projectDirectory
 * @returns {string[]} paths of all test files inside the project, with slashes
 */
export function listTestFiles(projectDirectory) {
  return readdirSync(path.join(projectDirectory, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => path.posix.join('test', ...name.split(path.sep)));
}

/**
 * The projects that `--project` names; undefined when it names none, or by a pattern.
 * @param {readonly string[]} args
 */
function namedProjects(args) {
  const names = args.flatMap((argument, index) => {
    if (argument.startsWith('--project=')) return [argument.slice('--project='.length)];
    return args[index - 1] === '--project' ? [argument] : [];
  });
  const known = allProjects.filter((name) => names.includes(name));
  return known.length === 0 || known.length < new Set(names).size ? undefined : known;
}

/**
 * Vitest takes a path as the shell completes it, also with the line of one test.
 * @param {string} argument
 * @param {string} projectDirectory
 */
function fileFilter(argument, projectDirectory) {
  const file = argument.replace(/:\d+$/, '');
  const inside = path.isAbsolute(file) ? path.relative(projectDirectory, file) : path.normalize(file);
  return inside.split(path.sep).join('/');
}

/**
 * @param {ProjectName} name
 * @param {readonly string[]} files
 */
function holdsOne(name, files) {
  return files.some((file) => projectOf(file) === name);
}

/**
 * The project whose folder is the nearest above a test.
 * @param {string} file
 * @returns {ProjectName | undefined}
 */
export function projectOf(file) {
  return allProjects
    .filter((name) => file.startsWith(`${testProjects[name].folder}/`))
    .reduce(
      (nearest, name) =>
        nearest !== undefined && testProjects[nearest].folder.length > testProjects[name].folder.length
          ? nearest
          : name,
      /** @type {ProjectName | undefined} */ (undefined),
    );
}
