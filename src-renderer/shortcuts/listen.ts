import type { ConsoleModel } from '../model/console-model.js';
import { shortcutOf } from './shortcuts.js';

const textInputs = new Set(['text', 'password', 'url', 'search', 'number', 'email']);

const slidingKeys = new Set(['Home', 'End', 'PageUp', 'PageDown']);

/** Whether a key belongs to what has the focus: it is typed into it, presses it, or moves within it. */
function isTyping({ key, target }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (key === ' ' && target.closest('button, a, summary, input, label') !== null) return true;
  if (target instanceof HTMLInputElement) {
    // Also of a group of radio buttons, which arrows move through.
    const isMoved = target.type === 'range' || target.type === 'radio';
    return textInputs.has(target.type) || (isMoved && (key.startsWith('Arrow') || slidingKeys.has(key)));
  }
  return target instanceof HTMLSelectElement || target.tagName === 'TEXTAREA' || target.isContentEditable;
}

/** A dialog was asked for, and may not be on screen yet: keys that come by then belong to nobody. */
function isOpening(model: ConsoleModel): boolean {
  const { isBudgetOpen, isHelpOpen, isMarkerLabelOpen, isStopAsked } = model.view.getState();
  return isBudgetOpen || isHelpOpen || isMarkerLabelOpen || isStopAsked;
}

/** Runs shortcuts, except while somebody types, and below an open dialog. */
export function listenForShortcuts(window: Window, model: ConsoleModel): () => void {
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || isTyping(event)) return;
    if (
      !model.view.getState().hasSingleKeys ||
      isOpening(model) ||
      window.document.querySelector('dialog[open]') !== null
    )
      return;
    const shortcut = shortcutOf(event, model);
    if (shortcut === null) return;
    event.preventDefault();
    shortcut.run(model);
  };
  window.addEventListener('keydown', onKeyDown);
  return () => window.removeEventListener('keydown', onKeyDown);
}
