import type { ConsoleModel } from '../model/console-model.js';

/** What is used of a `KeyboardEvent`. */
export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
  readonly repeat: boolean;
}

/** What a key does. */
export interface Shortcut {
  readonly id: string;
  /** As it is written on the sheet and in tooltips. */
  readonly keys: string;
  readonly label: string;
  readonly group: 'Recording' | 'Window' | 'Takes' | 'Player';
  /** A key that is held does it again and again. */
  readonly repeats?: boolean;
  readonly matches: (press: KeyPress) => boolean;
  readonly run: (model: ConsoleModel) => void;
}

/** A letter, whatever caps lock says. */
export const letter =
  (name: string, withShift = false) =>
  (press: KeyPress): boolean =>
    press.key.toLowerCase() === name && press.shiftKey === withShift;

/** One of these keys, by its name. */
export const named =
  (...keys: readonly string[]) =>
  (press: KeyPress): boolean =>
    keys.includes(press.key);

/** One of these keys, by its name, with Shift. */
export const withShift =
  (...keys: readonly string[]) =>
  (press: KeyPress): boolean =>
    press.shiftKey && keys.includes(press.key);
