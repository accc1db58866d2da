/**
 * The import arrows between the rooms of the code, as ESLint configuration. A room is a folder with one
 * reason to change; an arrow that is missing here is what keeps, say, the queue testable without a media
 * server and the renderer free of Node.
 */

/**
 * @typedef {object} Room
 * @property {string} name
 * @property {string[]} files
 * @property {string[]} closed folders that this room must not import
 * @property {string[]} packages of {@link guardedPackages}, those that this room may import
 */

const rtcPackages = ['@livekit/rtc-node', '@livekit/rtc-ffi-bindings'];
const childProcess = ['node:child_process', 'child_process'];
const react = ['react', 'react-dom', 'recharts', 'zustand'];

/** Packages that have a home: rooms that do not list them must not import them. */
const guardedPackages = [
  'electron',
  ...react,
  ...rtcPackages,
  'livekit-server-sdk',
  ...childProcess,
  'commander',
  'conf',
  'ws',
];

const outsideEngine = ['src-renderer', 'electron', 'test', 'scripts'];

/**
 * Later rooms win where their files overlap.
 * @type {Room[]}
 */
const rooms = [
  { name: 'electron', files: ['electron/**'], closed: [], packages: ['electron', ...childProcess] },
  {
    name: 'src-renderer',
    files: ['src-renderer/**'],
    closed: ['electron', 'test', 'scripts'],
    packages: react,
  },
  { name: 'src-main', files: ['src-main/**'], closed: outsideEngine, packages: [] },
  {
    name: 'src-main/cli',
    files: ['src-main/cli*', 'src-main/cli*/**'],
    closed: outsideEngine,
    packages: ['commander'],
  },
  {
    // It opens the person's browser, and nothing else, as a process of its own.
    name: 'src-main/cli/serve',
    files: ['src-main/cli/serve.ts'],
    closed: outsideEngine,
    packages: childProcess,
  },
  {
    name: 'src-main/console',
    files: ['src-main/console/**'],
    closed: [...outsideEngine, 'cli', 'console-host'],
    packages: ['conf'],
  },
  {
    name: 'src-main/console-host',
    files: ['src-main/console-host/**'],
    closed: [...outsideEngine, 'cli', 'livekit', 'sink', 'lab'],
    packages: ['ws'],
  },
  {
    name: 'src-main/pipeline',
    files: ['src-main/pipeline/**'],
    closed: [...outsideEngine, 'sink', 'livekit', 'lab', 'console-host'],
    packages: [],
  },
  {
    name: 'src-main/sink',
    files: ['src-main/sink/**'],
    closed: [...outsideEngine, 'livekit', 'lab', 'console-host'],
    packages: childProcess,
  },
  {
    name: 'src-main/livekit',
    files: ['src-main/livekit/**'],
    closed: [...outsideEngine, 'sink', 'lab', 'console-host'],
    packages: [...rtcPackages, 'livekit-server-sdk'],
  },
  {
    name: 'src-main/telemetry',
    files: ['src-main/telemetry/**'],
    closed: [...outsideEngine, 'livekit', 'sink', 'lab', 'console-host'],
    packages: [],
  },
  {
    name: 'src-main/lab',
    files: ['src-main/lab/**'],
    closed: outsideEngine,
    packages: ['livekit-server-sdk', ...childProcess],
  },
  {
    name: 'src-main/lab/publisher',
    files: ['src-main/lab/publisher*', 'src-main/lab/publisher*/**'],
    closed: outsideEngine,
    packages: ['livekit-server-sdk', ...childProcess, ...rtcPackages],
  },
  {
    // The recorder without caps is made of the SDK's own streams: that is what it is there to show.
    name: 'src-main/lab/unbounded',
    files: ['src-main/lab/unbounded*'],
    closed: outsideEngine,
    packages: [...childProcess, ...rtcPackages],
  },
];

/** The rooms below the facade: importing it from there would close a circle. */
const belowFacade = ['src-main/pipeline', 'src-main/sink', 'src-main/livekit', 'src-main/telemetry'];

/**
 * @param {string} text
 * @returns {string}
 */
function escapeForRegExp(text) {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

/**
 * What a room must not import, as regular expressions on the text between the quotes.
 * @param {Room} room
 * @returns {{ regex: string, message: string }[]}
 */
function forbiddenImports(room) {
  const packages = guardedPackages
    .filter((name) => !room.packages.includes(name))
    .map((name) => ({
      regex: `^${escapeForRegExp(name)}(/|$)`,
      message: `${room.name} must not import ${name}.`,
    }));
  const folders = room.closed.map((folder) => ({
    regex: String.raw`^\.{1,2}/(.*/)?${escapeForRegExp(folder)}/`,
    message: `${room.name} must not import from ${folder}/.`,
  }));
  const forbidden = [...packages, ...folders];
  if (room.name.startsWith('src-main')) {
    forbidden.push({ regex: '^#engine/', message: 'The engine imports itself by relative paths.' });
  }
  if (room.name === 'src-renderer') {
    forbidden.push({
      regex: String.raw`/src-main/(?!contract/)`,
      message: 'src-renderer knows nothing of the engine but src-main/contract/.',
    });
  }
  if (belowFacade.includes(room.name)) {
    forbidden.push({
      regex: String.raw`^\.\./(.*/)?(recorder|cli)[^/]*$`,
      message: `${room.name} is below the recorder and the command line.`,
    });
  }
  return forbidden;
}

/**
 * Core rules only, so that nothing has to resolve files; `no-restricted-imports` does not see `import()`,
 * hence the second rule.
 * @param {string[]} files
 * @param {{ regex: string, message: string }[]} forbidden
 * @returns {import('eslint').Linter.Config}
 */
function forbid(files, forbidden) {
  const dynamicImports = forbidden.map(({ regex, message }) => ({
    // The selector language has no escape for a slash inside of its slashes.
    selector: `ImportExpression[source.value=/${regex.replaceAll('/', String.raw`\x2F`)}/]`,
    message,
  }));
  return {
    files,
    rules: {
      'no-restricted-imports': ['error', { patterns: forbidden }],
      'no-restricted-syntax': ['error', ...dynamicImports],
    },
  };
}

/** @type {import('eslint').Linter.Config[]} */
export const importArrows = [
  ...rooms.map((room) => forbid(room.files, forbiddenImports(room))),
  // Both sides of the window read the contract, so it must run anywhere.
  forbid(
    ['src-main/contract/**'],
    [
      {
        regex: String.raw`^(?!zod(/|$)|\./)`,
        message: 'src-main/contract imports zod and itself, nothing else.',
      },
    ],
  ),
];
