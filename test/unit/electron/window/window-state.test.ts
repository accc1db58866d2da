import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import {
  fitToDisplays,
  parseWindowState,
  type WindowState,
} from '../../../../electron/window/window-state.js';
import { readWindowState, writeWindowState } from '../../../../electron/window/window-state.js';

const primary = { x: 0, y: 25, width: 1920, height: 1055 };
const second = { x: 1920, y: 0, width: 2560, height: 1440 };
const state: WindowState = { position: { x: 100, y: 80 }, width: 1200, height: 800, isMaximized: false };

test('a window that was never opened gets a size that fits, and no position', () => {
  expect(fitToDisplays(null, [primary])).toEqual({
    position: null,
    width: 1440,
    height: 900,
    isMaximized: false,
  });
  expect(fitToDisplays(null, [{ ...primary, width: 1280, height: 700 }])).toMatchObject({
    width: 1280,
    height: 700,
  });
});

test('a window opens as it was left, on whichever display', () => {
  expect(fitToDisplays(state, [primary])).toEqual(state);
  const onSecond = { ...state, position: { x: 2500, y: 300 }, isMaximized: true };
  expect(fitToDisplays(onSecond, [primary, second])).toEqual(onSecond);
});

test('a window whose display is gone comes back to the first one', () => {
  const onSecond = { ...state, position: { x: 2500, y: 300 }, width: 2400, height: 1300 };
  expect(fitToDisplays(onSecond, [primary])).toEqual({
    ...onSecond,
    position: null,
    width: 1920,
    height: 1055,
  });
});

test.each([
  ['its title bar is above the display', { x: 100, y: -300 }],
  ['its title bar is below the display', { x: 100, y: 1075 }],
  ['only a sliver is left of it', { x: 1880, y: 100 }],
  ['it is left of the display', { x: -1190, y: 100 }],
])('a window that no hand can catch is moved: %s', (_name, position) => {
  expect(fitToDisplays({ ...state, position }, [primary]).position).toBeNull();
});

test('it is never smaller than the console can be used', () => {
  expect(fitToDisplays({ ...state, width: 10, height: 10 }, [primary])).toMatchObject({
    width: 900,
    height: 600,
  });
});

test.each([
  'x',
  'null',
  '[]',
  '{}',
  '{"width":"1","height":2,"isMaximized":true}',
  '{"width":1e9,"height":700,"isMaximized":false}',
  '{"width":-5,"height":700,"isMaximized":false}',
])('%s is no state', (json) => {
  expect(parseWindowState(json)).toBeNull();
});

test('a file of an older version keeps its size: it spelled one name differently', () => {
  const old = { position: { x: 100, y: 80 }, width: 1200, height: 800, isMaximised: true };
  expect(parseWindowState(JSON.stringify(old))).toEqual({ ...state, isMaximized: true });
  expect(parseWindowState(JSON.stringify({ ...old, isMaximized: false }))).toEqual(state);
  expect(parseWindowState(JSON.stringify({ ...old, isMaximised: 'yes' }))).toBeNull();
});

test.each([{ x: 1 }, 'here', { x: 0.5, y: 1 }, { x: 1e9, y: 1 }])(
  'a place that is none (%j) costs the window its place, not its size',
  (position) => {
    expect(parseWindowState(JSON.stringify({ ...state, position }))).toEqual({ ...state, position: null });
  },
);

test('a state outlives the program, and a damaged file does not stop it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'plateau-window-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'window.json');
  expect(readWindowState(file)).toBeNull();
  writeWindowState(file, state);
  expect(readWindowState(file)).toEqual(state);
  writeFileSync(file, '{"width":');
  expect(readWindowState(file)).toBeNull();
  writeWindowState(join(folder, 'missing', 'window.json'), state);
});
