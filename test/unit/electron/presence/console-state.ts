import type { ConsoleState } from '../../../../src-main/contract/console.js';

/** A console's state in which nothing has happened yet. */
export function consoleState(changes: Partial<ConsoleState> = {}): ConsoleState {
  return {
    schema: 'plateau.console/2',
    version: '0.0.0',
    recorder: 'idle',
    connection: 'disconnected',
    source: null,
    participants: [],
    take: null,
    soak: null,
    faults: [],
    finalizingFraction: null,
    problem: null,
    earlierConnections: { count: 0, bytes: 0 },
    settings: {
      url: '',
      room: '',
      credentialKind: 'token',
      apiKey: '',
      outputFolder: '/takes',
      fallbackFolder: '',
      backupFolder: '',
      profileName: '720p30',
      container: 'mp4',
      crf: 23,
      audioOnly: false,
      armsNewcomers: true,
      memoryCeilingMegabytes: null,
      maxFiles: null,
      furtherAudio: 'file',
      replaySeconds: null,
      splitEveryMinutes: null,
      recentRooms: [],
      theme: 'dark',
    },
    remembered: { hasToken: false, hasApiSecret: false },
    host: {
      kind: 'electron',
      keepsSecrets: true,
      hasFileManager: true,
      canRestart: true,
      mediaBaseUrl: 'plateau-media://takes/',
    },
    ...changes,
  };
}
