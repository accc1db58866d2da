import { refusalToArm } from './arm-availability.js';
import type { CommandName, ConsoleState } from './console.js';
import { refusalToCopy, refusalToGoOverToCopy, refusalToShowCaps } from './copy-availability.js';
import { type DecidingState, never, notNow, type Refusal } from './refusal.js';
import type { Settings } from './settings.js';

/**
 * Whether a command may run now: asked by the window for its buttons and keys, by tray and menu, and by the engine
 * itself before it runs one. Without schemas, so that the window need not carry them.
 */

/** Commands that have not answered yet, as far as whoever asks knows. */
export type PendingCommands = ReadonlySet<CommandName>;

type Rule = (state: DecidingState, pending: PendingCommands) => Refusal | null;

/** Every command has a rule: a new one does not compile until it has. */
const rules: Readonly<Record<CommandName, Rule>> = {
  connect: refusalToJoin,
  connectDemo: refusalToJoin,
  listRooms: always,
  testConnection: always,
  disconnect: refusalToLeave,
  // Who, and in which take: `refusalToArmInTake`.
  arm: (state, pending) => refusalToArm(state, isStarting(pending) || isAny(pending, 'stopTake')),
  startTake: refusalToStart,
  cancelStart: (state) => (isCountingDown(state) ? null : notNow('No take is about to begin.', 'Start one.')),
  startSoak: refusalToStart,
  startShow: refusalToShow,
  stopTake: refusalToStop,
  pauseTake: (state, pending) =>
    refusalToPause(state, pending) ??
    (state.take?.isPaused === true ? notNow('The take is paused already.', 'Resume it to go on.') : null),
  resumeTake: (state, pending) =>
    refusalToPause(state, pending) ??
    (state.take?.isPaused === true ? null : notNow('The take is not paused.', 'There is nothing to resume.')),
  splitTake: (state, pending) =>
    state.recorder === 'recording' && !pending.has('stopTake')
      ? null
      : notNow('There is no take to split.', 'Start a take first.'),
  continueCopied: refusalToGoOverToCopy,
  saveReplay: refusalToReplay,
  moveTake: (state, pending) =>
    state.recorder === 'recording' && !pending.has('stopTake')
      ? null
      : notNow('There is no take to go on with elsewhere.', 'Start a take first.'),
  addMarker: ({ recorder }) =>
    recorder === 'recording' ? null : notNow('You can add markers while a take runs.', 'Start a take first.'),
  startFault: ({ recorder }) =>
    recorder === 'recording' ? null : notNow('Start a take first.', 'Faults need a running take.'),
  restart: refusalToRestart,
  chooseOutputFolder: (state, pending) =>
    refusalToShowFolders(state) ?? settingRefusal('outputFolder', state, pending),
  revealTake: refusalToShowFolders,
  // Setting by setting: `settingRefusal`.
  updateSettings: always,
  getState: always,
  stopFault: always,
  dismissProblem: always,
  listTakes: always,
  // Both refuse the take that runs by its name, which is in their input.
  verifyTake: always,
  deleteTake: always,
  listTrash: always,
  restoreTake: always,
  emptyTrash: always,
  describeTake: always,
  // Refuses a take that is worked on by its name, too.
  changeMarker: always,
  recoverTake: ({ recorder }, pending) =>
    isTakeRunning(recorder) || isStarting(pending)
      ? notNow('You can recover it after the take.', 'Stop the take first.')
      : null,
  // One take after the other; which it is, is in its input.
  deliverTake: always,
  cancelDelivery: (state) =>
    isDelivering(state) ? null : notNow('No MP4 files are being made.', 'There is nothing to cancel.'),
  readReport: always,
  readTakeMemory: always,
  nextImage: always,
  nextAudio: always,
  readHistory: always,
  exportTelemetry: always,
};

/** What a take is written with stays as it is until the take is finalized. */
const isFixedDuringTake: Readonly<Record<keyof Settings, boolean>> = {
  url: false,
  room: false,
  credentialKind: false,
  apiKey: false,
  outputFolder: true,
  fallbackFolder: true,
  backupFolder: true,
  takeMode: true,
  profileName: true,
  container: true,
  crf: true,
  audioOnly: true,
  armsNewcomers: true,
  memoryCeilingMegabytes: false,
  maxFiles: true,
  furtherAudio: true,
  replaySeconds: true,
  splitEveryMinutes: true,
  countdownSeconds: true,
  makesMp4: false,
  mp4Fps: false,
  mp4Size: false,
  theme: false,
  recentRooms: false,
};

/**
 * Why a command may not run now.
 *
 * @param pending commands that are under way; a second one of some kinds is refused
 * @returns null when it may
 */
export function refusalOf(
  command: CommandName,
  state: DecidingState,
  pending: PendingCommands = nothingPending,
): Refusal | null {
  return rules[command](state, pending);
}

/** Whether a command may run at any time, so that nobody has to look at the state first. */
export function isNeverRefused(command: CommandName): boolean {
  return rules[command] === always;
}

/**
 * Why a setting may not be changed now.
 *
 * @returns null when it may
 */
export function settingRefusal(
  name: keyof Settings,
  { recorder }: Pick<DecidingState, 'recorder'>,
  pending: PendingCommands = nothingPending,
): Refusal | null {
  if (!isFixedDuringTake[name] || !(isTakeRunning(recorder) || isStarting(pending))) return null;
  return notNow(
    'You can change this after the take. The memory ceiling can change now.',
    'Stop the take first.',
  );
}

const nothingPending: PendingCommands = new Set();

function always(): null {
  return null;
}

function refusalToJoin({ recorder, connection }: DecidingState, pending: PendingCommands): Refusal | null {
  if (isTakeRunning(recorder)) return notNow('A take is running.', 'Stop it, then leave the room.');
  if (isAny(pending, 'restart')) return restarting();
  if (recorder === 'connecting' || isAny(pending, 'connect', 'connectDemo')) {
    return notNow('Already connecting.', 'Wait until the room is joined, or leave it.');
  }
  if (recorder === 'idle') return null;
  return connection === 'disconnected' || isAny(pending, 'disconnect')
    ? notNow('Leaving the room.', 'Wait a moment.')
    : notNow('Already in a room.', 'Leave it first.');
}

function refusalToLeave(state: DecidingState, pending: PendingCommands): Refusal | null {
  const { recorder, connection } = state;
  if (isTakeRunning(recorder)) {
    return notNow('Stop the take before you leave the room.', 'Its files are finalized then.');
  }
  if (isStarting(pending)) return notNow('A take is being started.', 'Wait a moment, then stop it.');
  if (isCountingDown(state)) return notNow('A take is about to begin.', 'Cancel its start first.');
  if (connection === 'disconnected') return notNow('Not in a room.', 'There is nothing to leave.');
  return isAny(pending, 'disconnect') ? notNow('Already leaving.', 'Wait a moment.') : null;
}

function refusalToStart(state: DecidingState, pending: PendingCommands): Refusal | null {
  const { recorder, connection } = state;
  if (recorder === 'recording') return notNow('Already recording.', 'Stop the take that runs first.');
  if (recorder === 'finalizing') {
    return notNow('The previous take is being finalized.', 'Wait until its files play.');
  }
  if (recorder === 'connecting') {
    return notNow('Still connecting to the room.', 'Wait until the room is joined.');
  }
  if (connection === 'reconnecting') {
    return notNow('Reconnecting to the room.', 'You can record once the connection is back.');
  }
  // A take may begin before its room opens: whoever comes is recorded from their first moment.
  if (recorder !== 'ready' || (connection !== 'connected' && connection !== 'waiting')) {
    return notNow('Connect to a room first.', 'Name a server and a room, or open the demo room.');
  }
  if (isAny(pending, 'disconnect')) return notNow('Leaving the room.', 'Connect to a room first.');
  if (isAny(pending, 'restart')) return restarting();
  if (isCountingDown(state)) return notNow('A take is about to begin.', 'Wait, or cancel its start.');
  if (!couldRecordAnybody(state)) {
    return notNow('Nobody is armed.', 'Arm somebody, or whoever joins.');
  }
  return refusalToCopy(state) ?? (isStarting(pending) ? notNow('Already starting.', 'Wait a moment.') : null);
}

/** Frames are lost on purpose: that is done to the demo room's people only. */
function refusalToShow(state: DecidingState, pending: PendingCommands): Refusal | null {
  const refusal = refusalToStart(state, pending) ?? refusalToShowCaps(state);
  if (refusal !== null || state.source?.kind !== 'server') return refusal;
  return notNow(
    'This loses frames on purpose, and runs in the demo room only.',
    'Leave the room, and open the demo room.',
  );
}

function refusalToStop({ recorder }: DecidingState, pending: PendingCommands): Refusal | null {
  if (recorder === 'finalizing') {
    return notNow('Already finalizing.', 'Wait until the files play.');
  }
  if (recorder !== 'recording') return notNow('Nothing is being recorded.', 'Start a take first.');
  return isAny(pending, 'stopTake') ? notNow('Already stopping.', 'Wait a moment.') : null;
}

function refusalToPause(state: DecidingState, pending: PendingCommands): Refusal | null {
  if (state.recorder !== 'recording') return notNow('Nothing is being recorded.', 'Start a take first.');
  return isAny(pending, 'stopTake', 'pauseTake', 'resumeTake')
    ? notNow('The take is being paused, resumed or stopped.', 'Wait a moment.')
    : null;
}

function refusalToReplay(state: DecidingState, pending: PendingCommands): Refusal | null {
  const { recorder, settings } = state;
  if (settings.replaySeconds === null)
    return notNow('The replay buffer is off.', 'Switch it on under Output.');
  if (recorder === 'idle' || recorder === 'connecting')
    return notNow('Connect to a room first.', 'The replay buffer fills in a room.');
  return isAny(pending, 'saveReplay') ? notNow('A replay is being saved already.', 'Wait a moment.') : null;
}

function refusalToRestart(state: DecidingState, pending: PendingCommands): Refusal | null {
  const { recorder, host } = state;
  if (isStarting(pending)) return notNow('A take is being started.', 'Stop it before you restart.');
  if (isCountingDown(state)) return notNow('A take is about to begin.', 'Cancel its start first.');
  if (isTakeRunning(recorder)) {
    return notNow('Stop the take before you restart.', 'Its files are finalized then.');
  }
  if (host.canRestart) return null;
  return never(
    'This console runs in a browser and cannot start the recorder anew.',
    'End `plateau serve` on the recording machine and start it again.',
  );
}

function refusalToShowFolders({ host }: DecidingState): Refusal | null {
  if (host.hasFileManager) return null;
  return never(
    'This console runs in a browser and cannot open folders of the recording machine.',
    'Copy the path instead, or enter a folder by hand.',
  );
}

function isTakeRunning(recorder: ConsoleState['recorder']): boolean {
  return recorder === 'recording' || recorder === 'finalizing';
}

function isCountingDown({ countdownSeconds = null }: DecidingState): boolean {
  return countdownSeconds !== null;
}

function isDelivering({ delivery = null, deliveryQueue = [] }: DecidingState): boolean {
  return delivery !== null || deliveryQueue.length > 0;
}

/** A take of nobody would be red, and write nothing. */
function couldRecordAnybody({ participants, settings }: DecidingState): boolean {
  return (
    settings.armsNewcomers === 'on' || participants.some(({ isArmed, isPresent }) => isArmed && isPresent)
  );
}

function isAny(pending: PendingCommands, ...names: readonly CommandName[]): boolean {
  return names.some((name) => pending.has(name));
}

function isStarting(pending: PendingCommands): boolean {
  return isAny(pending, 'startTake', 'startSoak', 'startShow');
}

function restarting(): Refusal {
  return notNow('The recorder is about to restart.', 'Wait until it is back.');
}
