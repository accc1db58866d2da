import { refusalToArmInTake } from '../contract/arm-availability.js';
import { settingRefusal } from '../contract/command-availability.js';
import type { CommandInput, CommandName, CommandOutput } from '../contract/console.js';
import { PlateauError, toPlateauError } from '../contract/errors.js';
import { contentOfManifest } from '../contract/losses.js';
import type { Settings } from '../contract/settings.js';
import type { SourceForm } from '../contract/source-form.js';
import { isVerified } from '../format/take-outcome.js';
import { listOpenRooms } from '../livekit/connect/room-list.js';
import type { TakeMove } from '../recorder/move-take.js';
import { checkBeforeConnecting } from '../recorder/preflight.js';
import { homePath } from '../storage/home-path.js';
import { assertOutputPath } from '../storage/output-path.js';
import { refused, withoutUndefined } from './command-input.js';
import { ConnectionTests } from './connection-tests.js';
import type { ConsoleParts } from './console-parts.js';
import type { DesktopActions } from './desktop-actions.js';
import { followReplay } from './follow-replay.js';
import { rememberSecret, serverOf, sourceOf } from './source-form.js';
import { plannedTakeOf, startOrCountDown } from './start-take.js';
import { TakesLibrary } from './takes-library.js';

/** What each command does once its input is parsed and it may run: the work of `ConsoleService.run`. */
export type CommandHandlers = {
  readonly [Name in CommandName]: (
    input: CommandInput<Name>,
  ) => Promise<CommandOutput<Name>> | CommandOutput<Name>;
};

/** One handler for each command of the contract. They throw what goes wrong. */
export function commandHandlers(parts: ConsoleParts): CommandHandlers {
  const { recorder, room, settings, telemetry, state, onStateChanged, setProblem, emit } = parts;
  const connectionTests = new ConnectionTests(parts.secrets);
  return {
    getState: state,
    connect: (form) => {
      connectionTests.cancel();
      return connect(parts, form);
    },
    connectDemo: async () => {
      connectionTests.cancel();
      setProblem(null);
      void checkMachine(parts);
      await room.joinDemo();
      return null;
    },
    listRooms: (form) => listOpenRooms(serverOf(form, parts.secrets)),
    testConnection: (form) => connectionTests.run(form),
    disconnect: async () => {
      await room.leave();
      return null;
    },
    arm: (input) => arm(parts, input),
    startTake: () => startOrCountDown(parts),
    cancelStart: () => {
      parts.countdown.cancel();
      return null;
    },
    startSoak: ({ minutes }) => parts.soak.start(minutes),
    startShow: ({ seconds }) => parts.show.start(seconds),
    stopTake: async () => {
      const takeName = recorder.take?.name ?? '';
      const manifest = await recorder.stopTake();
      const content = contentOfManifest(manifest);
      const isComplete = content?.grade === 'complete';
      const files = manifest.files.length;
      return { takeName, files, isVerified: isVerified(manifest), isComplete, content };
    },
    pauseTake: () => setPaused(parts, true),
    resumeTake: () => setPaused(parts, false),
    splitTake: () => recorder.splitTake(),
    continueCopied: () => recorder.continueCopied(),
    saveReplay: () => recorder.replay.save(settings.settings.outputFolder),
    moveTake: ({ folder }) => moveTake(parts, folder),
    addMarker: ({ label, agoMs }) => {
      const marker = recorder.addMarker(label.trim(), agoMs);
      onStateChanged();
      return marker;
    },
    startFault: ({ fault, isConfirmed }) => {
      if (room.faults === null)
        throw new PlateauError('invalidState', 'Not in a room.', 'Join a room first.');
      return room.faults.start(fault, isConfirmed);
    },
    stopFault: async ({ id }) => {
      await room.faults?.stop(id);
      return null;
    },
    restart: async () => {
      await desktopOf(parts).restart();
      return null;
    },
    dismissProblem: () => {
      setProblem(null);
      return null;
    },
    updateSettings: (changes) => {
      const { backupFolder, fallbackFolder, outputFolder } = changes;
      const typed = {
        ...(outputFolder !== undefined && { outputFolder: homePath(outputFolder) }),
        ...(fallbackFolder !== undefined && { fallbackFolder: homePath(fallbackFolder.trim()) }),
        ...(backupFolder !== undefined && { backupFolder: homePath(backupFolder.trim()) }),
      };
      for (const folder of Object.values(typed)) if (folder !== '') assertOutputPath(folder);
      return changeSettings(parts, { ...withoutUndefined(changes), ...typed });
    },
    chooseOutputFolder: async () => {
      const outputFolder = await desktopOf(parts).chooseFolder(settings.settings.outputFolder);
      // A take may have begun while the dialog was open.
      if (outputFolder !== null) changeSettings(parts, { outputFolder });
      return outputFolder;
    },
    listTakes: () => libraryOf(parts).list(),
    verifyTake: ({ takeName }) =>
      libraryOf(parts).verify(takeName, (fraction) => {
        emit({ type: 'verifying', takeName, fraction });
      }),
    deleteTake: async ({ takeName, isForGood }) => {
      const library = libraryOf(parts);
      const folder = await library.folderOf(takeName);
      const trashId = await library.delete(takeName, isForGood);
      parts.delivery.forget(folder);
      await parts.interrupted.look(settings.settings.outputFolder);
      return { trashId };
    },
    listTrash: () => libraryOf(parts).listTrash(),
    restoreTake: async ({ trashId }) => {
      const takeName = await libraryOf(parts).restore(trashId);
      await parts.interrupted.look(settings.settings.outputFolder);
      return { takeName };
    },
    emptyTrash: ({ trashId }) => libraryOf(parts).emptyTrash(trashId),
    describeTake: ({ takeName, ...description }) => libraryOf(parts).describe(takeName, description),
    changeMarker: ({ takeName, ...change }) => libraryOf(parts).changeMarker(takeName, change),
    recoverTake: async ({ takeName }) => {
      try {
        return await libraryOf(parts).recover(takeName);
      } finally {
        await parts.interrupted.look(settings.settings.outputFolder);
      }
    },
    deliverTake: async ({ settings: how = settings.mp4, takeName }) => {
      const folder = await libraryOf(parts).deliverableFolder(takeName);
      return { ahead: parts.delivery.add(folder, how) };
    },
    cancelDelivery: ({ takeName }) => {
      parts.delivery.cancel(takeName);
      return null;
    },
    readReport: ({ takeName }) => libraryOf(parts).report(takeName),
    readTakeMemory: ({ takeName }) => libraryOf(parts).memory(takeName),
    revealTake: async ({ takeName }) => {
      await desktopOf(parts).reveal(await libraryOf(parts).folderOf(takeName));
      return null;
    },
    nextImage: (feed) => parts.live.next(feed),
    nextAudio: (wanted) => parts.solo.next(wanted),
    readHistory: () => telemetry.history.read(),
    exportTelemetry: () => telemetry.read(),
  };
}

/** Whoever is armed while a take runs is in it from now on. */
async function arm(parts: ConsoleParts, input: CommandInput<'arm'>): Promise<null> {
  const { recorder, room, state, onStateChanged } = parts;
  const { identity, isArmed } = input;
  const refusal = refusalToArmInTake(state(), input);
  if (refusal !== null) throw refused(refusal);
  if (isArmed && recorder.state === 'recording') await recorder.armInTake(identity);
  room.roster.arm(identity, isArmed);
  followReplay(parts);
  onStateChanged();
  return null;
}

async function setPaused(
  { recorder, onStateChanged }: Pick<ConsoleParts, 'recorder' | 'onStateChanged'>,
  isPaused: boolean,
): Promise<{ takeMs: number }> {
  const { takeMs } = await recorder.setPaused(isPaused);
  onStateChanged();
  return { takeMs };
}

/** @param folder null asks the person, where there is a desktop */
async function moveTake(parts: ConsoleParts, folder: string | null): Promise<TakeMove | null> {
  if (folder === null && parts.desktop === null) {
    throw new PlateauError('usage', 'Nobody can be asked for a folder here.', 'Enter the path of one.');
  }
  const chosen =
    folder === null
      ? await desktopOf(parts).chooseFolder(parts.settings.settings.outputFolder)
      : homePath(folder.trim());
  return chosen === null ? null : parts.recorder.moveTake(chosen);
}

/** The takes in the folder of the settings. */
export function libraryOf({ settings, recorder }: Pick<ConsoleParts, 'settings' | 'recorder'>): TakesLibrary {
  return new TakesLibrary(settings.settings.outputFolder, () => recorder.take?.name ?? null);
}

async function connect(parts: ConsoleParts, form: SourceForm): Promise<null> {
  const { room, settings, secrets, onStateChanged, setProblem } = parts;
  setProblem(null);
  const source = sourceOf(form, secrets);
  void checkMachine(parts);
  const { credentials } = form;
  const apiKey = credentials.kind === 'apiKey' ? credentials.apiKey.trim() : settings.settings.apiKey;
  const joined = { url: source.url, room: form.room.trim(), credentialKind: credentials.kind, apiKey };
  settings.update(joined);
  await room.join(source);
  settings.noteRoom(joined);
  // Only what the server has accepted is worth keeping.
  rememberSecret(form, source, secrets);
  onStateChanged();
  return null;
}

/** What would keep a take from starting is told while there is time to mend it; a start checks it again. Never rejects. */
async function checkMachine({ settings, setProblem }: ConsoleParts): Promise<void> {
  try {
    await checkBeforeConnecting(settings.settings.outputFolder, plannedTakeOf(settings));
  } catch (thrown) {
    setProblem(toPlateauError(thrown));
  }
}

function changeSettings(parts: ConsoleParts, changes: Partial<Settings>): Settings {
  const { recorder, settings, state, onStateChanged, pending } = parts;
  for (const name of Object.keys(changes) as (keyof Settings)[]) {
    const refusal = settingRefusal(name, state(), pending);
    if (refusal !== null) throw refused(refusal);
  }
  const changed = settings.update(changes);
  if (changes.outputFolder !== undefined) void parts.interrupted.look(changes.outputFolder);
  recorder.setMemoryCeiling(settings.memoryCeilingBytes);
  followReplay(parts);
  onStateChanged();
  return changed;
}

/** Whether there is a desktop was asked before the command ran. */
function desktopOf({ desktop }: ConsoleParts): DesktopActions {
  if (desktop === null) throw new TypeError('The host promises a desktop that is not there.');
  return desktop;
}
