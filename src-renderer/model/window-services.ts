import type { TextMemory } from '../stores/view-choices.js';

/** `localStorage`, or null where merely asking for it is forbidden. */
export function memoryOf(window: Window): TextMemory | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

/** Hands a text file to the downloads. */
export function saveText(fileName: string, text: string): void {
  saveFile(fileName, new Blob([text], { type: 'application/x-ndjson' }));
}

/** Hands a file to the downloads. */
export function saveFile(fileName: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  const anchor = document.createElement('a');
  anchor.href = address;
  anchor.download = fileName;
  document.body.append(anchor);
  anchor.click();
  anchor.remove();
  // The download has begun by then; revoking at once would cancel it in some windows.
  window.setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** Copies by the clipboard's own way, or by a selection where a window is not trusted with it. */
export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    copyBySelection(text);
  }
}

function copyBySelection(text: string): void {
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'visually-hidden';
  document.body.append(area);
  area.select();
  // oxlint-disable-next-line typescript/no-deprecated -- the only way where the clipboard is denied
  const isCopied = document.execCommand('copy');
  area.remove();
  if (!isCopied) throw new Error('This window may not use the clipboard.');
}
