/**
 * The desktop program around the engine.
 * @type {readonly import('../rooms.mjs').Room[]}
 */
export const desktopRooms = [
  {
    path: 'electron',
    purpose: 'Main, and the shell that puts the parts together',
    imports: [
      'electron/host',
      'electron/ipc',
      'electron/presence',
      'electron/security',
      'electron/window',
      'src-main/console',
      'src-main/contract',
      'src-main/livekit',
      'src-main/process',
    ],
    packages: ['electron'],
  },
  {
    path: 'electron/preload.ts',
    purpose: 'What the page is given: the contract, and nothing else',
    imports: ['electron/ipc/channels.ts', 'src-main/contract'],
    packages: ['electron'],
  },
  {
    path: 'electron/host',
    purpose: 'The program among others: quitting, restarting, ffmpeg in the package, secrets, dialogs',
    imports: ['src-main/console', 'src-main/ffmpeg', 'src-main/recorder'],
    packages: ['electron', 'zod'],
  },
  {
    path: 'electron/ipc',
    purpose: 'The contract over Electron’s IPC',
    imports: ['electron/ipc/channels.ts', 'electron/security', 'src-main/console', 'src-main/contract'],
    packages: ['electron'],
  },
  {
    path: 'electron/ipc/channels.ts',
    purpose: 'The names by which page and main call each other',
    imports: [],
    packages: [],
  },
  {
    path: 'electron/presence',
    purpose: 'Menu, tray, task bar, power and notifications',
    imports: ['src-main/contract', 'src-main/format'],
    packages: ['electron'],
  },
  {
    path: 'electron/security',
    purpose: 'What the page may do, who may call, which files are served',
    imports: ['src-main/console'],
    packages: ['electron'],
  },
  {
    path: 'electron/window',
    purpose: 'The window and where it was',
    imports: ['electron/security'],
    packages: ['electron', 'zod'],
  },
];
