import type { CommandInput, CommandName } from '../../../src-main/contract/console.js';

/** An input that each command understands. A new command has to be added, or this does not compile. */
export const commandInputs: { readonly [Name in CommandName]: CommandInput<Name> } = {
  getState: {},
  connect: {
    url: 'wss://example.org',
    room: 'a room',
    credentials: { kind: 'apiKey', apiKey: 'key', apiSecret: 'secret' },
    remembersSecret: false,
  },
  connectDemo: {},
  disconnect: {},
  arm: { identity: 'ada', isArmed: true },
  startTake: {},
  stopTake: {},
  startSoak: { minutes: 1 },
  startShow: { seconds: 40 },
  addMarker: { label: 'here', agoMs: 0 },
  startFault: { fault: { name: 'blockLoop', seconds: 0.1 }, isConfirmed: true },
  stopFault: { id: 1 },
  restart: {},
  dismissProblem: {},
  updateSettings: { crf: 20, room: 'another', theme: 'dark' },
  chooseOutputFolder: {},
  listTakes: {},
  verifyTake: { takeName: '2026-01-01_10-00-00_room' },
  deleteTake: { takeName: '2026-01-01_10-00-00_room' },
  recoverTake: { takeName: '2026-01-01_10-00-00_room' },
  readReport: { takeName: '2026-01-01_10-00-00_room' },
  revealTake: { takeName: '2026-01-01_10-00-00_room' },
  readHistory: {},
  exportTelemetry: {},
};
