import { describe, expect, it } from 'vitest';
import { type KeyPress, shortcutOf, shortcuts } from '../../../../src-renderer/shortcuts/shortcuts.js';

function press(key: string, change: Partial<KeyPress> = {}): KeyPress {
  return { key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, repeat: false, ...change };
}

describe('shortcuts', () => {
  it('finds each by the keys that the sheet shows', () => {
    for (const { id, keys } of shortcuts) {
      const parts = keys.split('+');
      const key = parts[parts.length - 1] ?? '';
      const shiftKey = parts.includes('Shift') || key === '?';
      expect(
        shortcutOf(press(shiftKey ? key : key.length === 1 ? key.toLowerCase() : key, { shiftKey }))?.id,
      ).toBe(id);
    }
  });

  it('has no keys twice', () => {
    expect(new Set(shortcuts.map(({ keys }) => keys)).size).toBe(shortcuts.length);
  });

  it('works with caps lock on', () => {
    expect(shortcutOf(press('R'))?.id).toBe('start');
  });

  it('leaves the keys of browser and system alone, and does not repeat', () => {
    expect(shortcutOf(press('r', { ctrlKey: true }))).toBeNull();
    expect(shortcutOf(press('r', { metaKey: true }))).toBeNull();
    expect(shortcutOf(press('s', { altKey: true }))).toBeNull();
    expect(shortcutOf(press('m', { repeat: true }))).toBeNull();
    expect(shortcutOf(press('q'))).toBeNull();
  });
});
