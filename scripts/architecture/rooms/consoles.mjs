const childProcess = 'node:child_process';

/**
 * Consoles without a window, and the command line.
 * @type {readonly import('../rooms.mjs').Room[]}
 */
export const consolesRooms = [
  {
    path: 'src-main/console',
    purpose: 'The engine behind the contract, for any number of consoles',
    imports: [
      'src-main/contract',
      'src-main/finalize',
      'src-main/format',
      'src-main/lab/faults',
      'src-main/lab/room',
      'src-main/livekit',
      'src-main/livekit/ffi',
      'src-main/pipeline',
      'src-main/recorder',
      'src-main/storage',
      'src-main/telemetry',
      'src-main/version.ts',
    ],
    packages: ['conf'],
  },
  {
    path: 'src-main/console-host',
    purpose: 'The contract over a WebSocket, and the window’s files over HTTP',
    imports: ['src-main/console', 'src-main/contract'],
    packages: ['ws', 'zod'],
  },
  {
    path: 'src-main/cli',
    purpose: 'The command line: which commands there are and what they are called with',
    imports: [
      'src-main/cli/commands',
      'src-main/cli/options',
      'src-main/cli/output',
      'src-main/contract',
      'src-main/version.ts',
    ],
    packages: ['commander'],
  },
  {
    path: 'src-main/cli/commands',
    purpose: 'One file for each command',
    imports: [
      'src-main/cli/options',
      'src-main/cli/output',
      'src-main/cli/run',
      'src-main/console',
      'src-main/console-host',
      'src-main/contract',
      'src-main/finalize',
      'src-main/format',
      'src-main/lab/content',
      'src-main/lab/faults',
      'src-main/lab/room',
      'src-main/lab/server',
      'src-main/lab/soak',
      'src-main/livekit',
      'src-main/recorder',
      'src-main/report',
      'src-main/telemetry',
    ],
    packages: [childProcess],
  },
  {
    path: 'src-main/cli/options',
    purpose: 'What was typed, parsed and checked',
    imports: ['src-main/contract', 'src-main/format', 'src-main/lab/faults', 'src-main/livekit/connect'],
    packages: ['commander'],
  },
  {
    path: 'src-main/cli/output',
    purpose: 'Lines and tables on the terminal',
    imports: [
      'src-main/cli/options',
      'src-main/contract',
      'src-main/format',
      'src-main/lab/content',
      'src-main/recorder',
      'src-main/report',
      'src-main/telemetry',
    ],
    packages: ['string-width'],
  },
  {
    path: 'src-main/cli/run',
    purpose: 'A recording command from joining to its exit code',
    imports: [
      'src-main/cli/options',
      'src-main/cli/output',
      'src-main/contract',
      'src-main/format',
      'src-main/lab/faults',
      'src-main/livekit',
      'src-main/recorder',
    ],
    packages: [],
  },
  {
    path: 'src-main/cli.ts',
    purpose: 'The program that Node starts',
    imports: ['src-main/cli'],
    packages: [],
  },
];
