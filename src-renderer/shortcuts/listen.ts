import type { ConsoleModel } from '../model/console-model.js';
import { shortcutOf } from './shortcuts.js';

const textInputs = new Set(['text', 'password', 'url', 'search', 'number', 'email']);

/** Whether a key belongs to what has the focus: it is typed into it, or moves within it. */
function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return textInputs.has(target.type);
  return target instanceof HTMLSelectElement || target.tagName === 'TEXTAREA' || target.isContentEditable;
}

/** Runs shortcuts, except while somebody types, and below an open dialog. */
export function listenForShortcuts(window: Window, model: ConsoleModel): () => void {
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || isTyping(event.target)) return;
    if (!model.view.getState().hasSingleKeys || window.document.querySelector('dialog[open]') !== null)
      return;
    const shortcut = shortcutOf(event);
    if (shortcut === null) return;
    event.preventDefault();
    shortcut.run(model);
  };
  window.addEventListener('keydown', onKeyDown);
  return () => window.removeEventListener('keydown', onKeyDown);
}
