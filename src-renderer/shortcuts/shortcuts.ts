import { shownRanges } from '../../src-main/history/telemetry-series.js';
import type { ConsoleModel } from '../model/console-model.js';
import { type PlayerShortcutId, playerShortcuts } from './player-shortcuts.js';
import { type KeyPress, letter, named, type Shortcut } from './shortcut.js';

function onTakes(run: (model: ConsoleModel) => void): (model: ConsoleModel) => void {
  return (model) => {
    if (model.view.getState().view === 'takes') run(model);
  };
}

/** To the participant who is enlarged; or to nobody, when somebody is heard. */
function listen({ session, solo, view }: ConsoleModel): void {
  const chosen = solo.store.getState().feed ?? view.getState().enlarged;
  if (chosen === null) session.notify('info', 'Enlarge somebody first: the key listens to them.');
  else solo.toggle(chosen);
}

/** From a player to the take, or from an enlarged participant to all of them. */
function goBack(model: ConsoleModel): void {
  const { file, isPlayerOpen } = model.takes.store.getState();
  if (model.view.getState().view !== 'takes') model.view.setState({ enlarged: null });
  else if (isPlayerOpen) model.showPlayer(false);
  else if (file !== null) model.takes.play(null);
}

type SelectedTake = NonNullable<ConsoleModel['takes']['selectedEntry']>;

/** Does it with the take that is selected, if there is one. */
function onSelected(run: (model: ConsoleModel, entry: SelectedTake) => void): (model: ConsoleModel) => void {
  return onTakes((model) => {
    const entry = model.takes.selectedEntry;
    if (entry !== null) run(model, entry);
  });
}

/** Every shortcut of the window, in the order of the sheet. */
export const shortcuts = [
  {
    id: 'start',
    keys: 'R',
    label: 'Start recording',
    group: 'Recording',
    matches: letter('r'),
    run: (model) => void model.startTake(),
  },
  {
    id: 'stop',
    keys: 'S',
    label: 'Stop and finalize, or cancel the countdown',
    group: 'Recording',
    matches: letter('s'),
    run: (model) => void model.stopByKey(),
  },
  {
    id: 'pause',
    keys: 'Shift+P',
    label: 'Pause, or resume',
    group: 'Recording',
    matches: letter('p', true),
    run: (model) => void model.togglePause(),
  },
  {
    id: 'split',
    keys: 'Shift+S',
    label: 'Go on in new files',
    group: 'Recording',
    matches: letter('s', true),
    run: (model) => void model.splitTake(),
  },
  {
    id: 'continueCopied',
    keys: 'Shift+C',
    label: 'Copy what is sent from now on',
    group: 'Recording',
    matches: letter('c', true),
    run: (model) => void model.continueCopied(),
  },
  {
    id: 'replay',
    keys: 'Shift+R',
    label: 'Save a replay',
    group: 'Recording',
    matches: letter('r', true),
    run: (model) => void model.saveReplay(),
  },
  {
    id: 'marker',
    keys: 'M',
    label: 'Add a marker',
    group: 'Recording',
    matches: letter('m'),
    run: (model) => void model.addMarker(null),
  },
  {
    id: 'namedMarker',
    keys: 'Shift+M',
    label: 'Add a marker with a name',
    group: 'Recording',
    matches: letter('m', true),
    run: (model) => {
      if (model.can('addMarker')) model.view.setState({ isMarkerLabelOpen: true });
    },
  },
  {
    id: 'armAll',
    keys: 'A',
    label: 'Arm all or disarm all',
    group: 'Recording',
    matches: letter('a'),
    run: (model) => void model.armAll(),
  },
  {
    id: 'demo',
    keys: 'D',
    label: 'Open the demo room',
    group: 'Recording',
    matches: letter('d'),
    run: (model) => void model.connectDemo(),
  },
  {
    id: 'leave',
    keys: 'Shift+D',
    label: 'Leave the room',
    group: 'Recording',
    matches: letter('d', true),
    run: (model) => void model.disconnect(),
  },
  {
    id: 'record',
    keys: '1',
    label: 'Record',
    group: 'Window',
    matches: named('1'),
    run: (model) => model.show('record'),
  },
  {
    id: 'takes',
    keys: '2',
    label: 'Takes',
    group: 'Window',
    matches: named('2'),
    run: (model) => model.show('takes'),
  },
  {
    id: 'lab',
    keys: '3',
    label: 'Lab',
    group: 'Window',
    matches: named('3'),
    run: (model) => model.show('lab'),
  },
  {
    id: 'range',
    keys: 'G',
    label: 'Time range of the charts',
    group: 'Window',
    matches: letter('g'),
    run: (model) => {
      const { chartRange } = model.view.getState();
      const next = shownRanges[(shownRanges.indexOf(chartRange) + 1) % shownRanges.length];
      model.chooseRange(next ?? '5min');
    },
  },
  {
    id: 'budget',
    keys: 'B',
    label: 'What the memory budget consists of',
    group: 'Window',
    matches: letter('b'),
    run: (model) => model.view.setState({ isBudgetOpen: true }),
  },
  {
    id: 'layout',
    keys: 'L',
    label: 'Producer or QA layout',
    group: 'Window',
    matches: letter('l'),
    run: (model) => model.nextLayout(),
  },
  {
    id: 'participantOrder',
    keys: 'O',
    label: 'Order of the participants',
    group: 'Window',
    matches: letter('o'),
    run: (model) => model.nextParticipantOrder(),
  },
  {
    id: 'back',
    keys: 'Escape',
    label: 'Back from an enlarged participant, or from a player',
    group: 'Window',
    matches: named('Escape'),
    run: goBack,
  },
  {
    id: 'solo',
    keys: 'Shift+L',
    label: 'Listen to the enlarged participant, or stop',
    group: 'Window',
    matches: letter('l', true),
    run: listen,
  },
  {
    id: 'export',
    keys: 'E',
    label: 'Export telemetry',
    group: 'Window',
    matches: letter('e'),
    run: (model) => void model.exportTelemetry(),
  },
  {
    id: 'exportChart',
    keys: 'Shift+E',
    label: 'Export the memory chart as PNG',
    group: 'Window',
    matches: letter('e', true),
    run: (model) => void model.exportChart(),
  },
  {
    id: 'theme',
    keys: 'T',
    label: 'Dark, light or system theme',
    group: 'Window',
    matches: letter('t'),
    run: (model) => model.nextTheme(),
  },
  {
    id: 'dismiss',
    keys: 'X',
    label: 'Dismiss the message',
    group: 'Window',
    matches: letter('x'),
    run: (model) => void model.session.dismissMessage(),
  },
  {
    id: 'help',
    keys: '?',
    label: 'Keyboard shortcuts',
    group: 'Window',
    matches: named('?'),
    run: (model) => model.view.setState({ isHelpOpen: true }),
  },
  {
    id: 'next',
    keys: 'J',
    label: 'Next take',
    group: 'Takes',
    matches: letter('j'),
    run: onTakes((model) => model.takes.step(1)),
  },
  {
    id: 'previous',
    keys: 'K',
    label: 'Previous take',
    group: 'Takes',
    matches: letter('k'),
    run: onTakes((model) => model.takes.step(-1)),
  },
  {
    id: 'play',
    keys: 'P',
    label: 'Play the take, or close the player',
    group: 'Takes',
    matches: letter('p'),
    run: onSelected((model, entry) => {
      const { file, isPlayerOpen } = model.takes.store.getState();
      const isPlayable = entry.files.length > 0 && !isBeingRecorded(entry);
      model.showPlayer(!isPlayerOpen && file === null && isPlayable);
    }),
  },
  {
    id: 'search',
    keys: '/',
    label: 'Search takes',
    group: 'Takes',
    matches: named('/'),
    run: onTakes(({ takes }) => takes.askToSearch()),
  },
  {
    id: 'describe',
    keys: 'N',
    label: 'Title and note',
    group: 'Takes',
    matches: letter('n'),
    run: onSelected(({ takes }, { takeName }) => takes.askToDescribe(takeName)),
  },
  {
    id: 'verify',
    keys: 'V',
    label: 'Verify again',
    group: 'Takes',
    matches: letter('v'),
    run: onSelected(({ takes }, entry) => {
      if (!isGrowing(entry) && entry.files.length > 0) void takes.verify(entry.takeName);
    }),
  },
  {
    id: 'report',
    keys: 'H',
    label: 'Save the report',
    group: 'Takes',
    matches: letter('h'),
    run: onSelected((model, { takeName }) => void model.saveReport(takeName)),
  },
  {
    id: 'copy',
    keys: 'C',
    label: 'Copy the path',
    group: 'Takes',
    matches: letter('c'),
    run: onSelected((model, { path }) => void model.copyPath(path)),
  },
  {
    id: 'reveal',
    keys: 'F',
    label: 'Show in the file manager',
    group: 'Takes',
    matches: letter('f'),
    run: onSelected((model, { takeName }) => {
      if (model.can('revealTake')) void model.session.run('revealTake', { takeName });
    }),
  },
  {
    id: 'delete',
    keys: 'Delete',
    label: 'Delete',
    group: 'Takes',
    matches: named('Delete', 'Backspace'),
    run: onSelected(({ takes }, entry) => {
      if (!isGrowing(entry)) takes.askToDelete(entry.takeName);
    }),
  },
] as const satisfies readonly Shortcut[];

export type ShortcutId = (typeof shortcuts)[number]['id'] | PlayerShortcutId;

/** Those of the player come first: they are for its keys while it is in sight. */
export const allShortcuts: readonly (Shortcut & { readonly id: ShortcutId })[] = [
  ...playerShortcuts,
  ...shortcuts,
];

/**
 * The shortcut that a key press stands for, or null.
 *
 * @param model decides whether the player's keys are meant; null when there is no player
 */
export function shortcutOf(press: KeyPress, model: ConsoleModel | null = null): Shortcut | null {
  if (press.ctrlKey || press.metaKey || press.altKey) return null;
  const ofPlayer = model?.hasPlayerKeys === true ? playerShortcuts : [];
  const found =
    ofPlayer.find(({ matches, applies }) => matches(press) && (model === null || applies(model))) ??
    shortcuts.find(({ matches }) => matches(press)) ??
    null;
  return press.repeat && found !== null && !isRepeating(found) ? null : found;
}

function isRepeating({ repeats = false }: Shortcut): boolean {
  return repeats;
}

/** The keys of a shortcut, for tooltips. */
export function keysOf(id: ShortcutId): string {
  return allShortcuts.find((shortcut) => shortcut.id === id)?.keys ?? '';
}

/** Somebody records or checks it at this moment, here or elsewhere. */
function isGrowing(take: { readonly condition: string }): boolean {
  return isBeingRecorded(take) || take.condition === 'checking';
}

function isBeingRecorded({ condition }: { readonly condition: string }): boolean {
  return condition === 'recording' || condition === 'elsewhere';
}
