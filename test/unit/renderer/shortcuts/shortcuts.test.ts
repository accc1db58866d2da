import { describe, expect, it } from 'vitest';
import type { ConsoleModel } from '../../../../src-renderer/model/console-model.js';
import type { KeyPress } from '../../../../src-renderer/shortcuts/shortcut.js';
import { allShortcuts, shortcutOf, shortcuts } from '../../../../src-renderer/shortcuts/shortcuts.js';

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

describe('shortcuts of the player', () => {
  /** As much of a model as decides which key is meant. */
  function model(hasPlayerKeys: boolean, recorder = 'ready'): ConsoleModel {
    const session = { store: { getState: () => ({ console: { recorder } }) } };
    return { hasPlayerKeys, session } as unknown as ConsoleModel;
  }
  const idOf = (key: string, of: ConsoleModel, change: Partial<KeyPress> = {}): string | undefined =>
    shortcutOf(press(key, change), of)?.id;

  it('take the place of others on the same keys while the player is in sight, and only then', () => {
    const keys = ['j', 'k', 'l', 'm', ' ', 'ArrowLeft', 'ArrowRight'];
    expect(keys.map((key) => idOf(key, model(true)))).toEqual([
      ...['jumpBack', 'playPause', 'jumpForward', 'playerMarker', 'playPause', 'jumpBack', 'jumpForward'],
    ]);
    expect(keys.map((key) => idOf(key, model(false)))).toEqual([
      ...['next', 'previous', 'layout', 'marker', undefined, undefined, undefined],
    ]);
    const shifted = ['ArrowLeft', 'ArrowRight'].map((key) => idOf(key, model(true), { shiftKey: true }));
    expect(shifted).toEqual(['previousMarker', 'nextMarker']);
  });

  it('leave M to the take that is being recorded: that moment does not come again', () => {
    expect(idOf('m', model(true, 'recording'))).toBe('marker');
  });

  it('jump again and again while a key is held, and do nothing else again', () => {
    expect(idOf('l', model(true), { repeat: true })).toBe('jumpForward');
    expect(idOf('k', model(true), { repeat: true })).toBeUndefined();
    expect(idOf('m', model(true), { repeat: true })).toBeUndefined();
  });

  it('have no keys twice among themselves, and stand on the sheet', () => {
    const own = allShortcuts.filter(({ group }) => group === 'Player');
    expect(own).toHaveLength(6);
    expect(new Set(own.map(({ keys }) => keys)).size).toBe(6);
  });
});
