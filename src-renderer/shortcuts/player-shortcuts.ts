import { jumpMs } from '../derive/take-tracks.js';
import type { ConsoleModel } from '../model/console-model.js';
import { letter, named, type Shortcut, withShift } from './shortcut.js';

/** One that is meant while the player of a whole take is in sight. */
interface PlayerShortcut extends Shortcut {
  /** Whether it is meant by its key now. */
  readonly applies: (model: ConsoleModel) => boolean;
}

const always = (): boolean => true;

/** Keys of the player. While it is in sight they take the place of others that are on the same key. */
export const playerShortcuts = [
  {
    id: 'playPause',
    keys: 'Space',
    label: 'Play or pause; K does it, too',
    group: 'Player',
    matches: (press) => press.key === ' ' || letter('k')(press),
    applies: always,
    run: ({ playback }) => playback.toggle(),
  },
  {
    id: 'jumpBack',
    keys: 'J',
    label: 'Back 5 s; ← does it, too',
    group: 'Player',
    repeats: true,
    matches: (press) => letter('j')(press) || (!press.shiftKey && named('ArrowLeft')(press)),
    applies: always,
    run: ({ playback }) => playback.seekBy(-jumpMs),
  },
  {
    id: 'jumpForward',
    keys: 'L',
    label: 'Forward 5 s; → does it, too',
    group: 'Player',
    repeats: true,
    matches: (press) => letter('l')(press) || (!press.shiftKey && named('ArrowRight')(press)),
    applies: always,
    run: ({ playback }) => playback.seekBy(jumpMs),
  },
  {
    id: 'previousMarker',
    keys: 'Shift+←',
    label: 'Previous marker',
    group: 'Player',
    matches: withShift('ArrowLeft'),
    applies: always,
    run: (model) => model.jumpToMarker(-1),
  },
  {
    id: 'nextMarker',
    keys: 'Shift+→',
    label: 'Next marker',
    group: 'Player',
    matches: withShift('ArrowRight'),
    applies: always,
    run: (model) => model.jumpToMarker(1),
  },
  {
    id: 'playerMarker',
    keys: 'M',
    label: 'Add a marker there, unless a take is being recorded',
    group: 'Player',
    matches: letter('m'),
    // A moment that is being recorded does not come again, one in the player does.
    applies: ({ session }) => session.store.getState().console?.recorder !== 'recording',
    run: (model) => void model.takes.addMarker(model.playback.positionMs),
  },
] as const satisfies readonly PlayerShortcut[];

export type PlayerShortcutId = (typeof playerShortcuts)[number]['id'];
