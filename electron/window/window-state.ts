import { readFileSync, renameSync, writeFileSync } from 'node:fs';

/** A rectangle on the desktop, in device-independent pixels. */
export interface Bounds {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface WindowState {
  /** Null: wherever the operating system puts a new window. */
  readonly position: { readonly x: number; readonly y: number } | null;
  readonly width: number;
  readonly height: number;
  readonly isMaximized: boolean;
}

export const minWindowSize = { width: 900, height: 600 } as const;
const defaultSize = { width: 1440, height: 900 } as const;

/** So much of the title bar has to be on a display for a hand to catch it. */
const graspWidth = 120;
const graspHeight = 32;

/** Reads what a file held; null when it is not a window's state. */
export function parseWindowState(json: string): WindowState | null {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const entries = value as Record<string, unknown>;
  const { width, height, isMaximized, position } = entries;
  if (!isLength(width) || !isLength(height) || typeof isMaximized !== 'boolean') return null;
  return { width, height, isMaximized, position: parsePosition(position) };
}

/**
 * Where the window opens: as it was left, when that still fits the displays of today. A window whose
 * display is gone opens in the middle of the first one; one that is too large shrinks.
 *
 * @param workAreas the displays without task bars, the primary one first
 */
export function fitToDisplays(saved: WindowState | null, workAreas: readonly Bounds[]): WindowState {
  const wanted = saved ?? { ...defaultSize, position: null, isMaximized: false };
  const { position } = wanted;
  const home =
    position === null ? undefined : workAreas.find((area) => isGraspable({ ...wanted, ...position }, area));
  const area = home ?? workAreas[0];
  const width = clamp(wanted.width, minWindowSize.width, area?.width ?? wanted.width);
  const height = clamp(wanted.height, minWindowSize.height, area?.height ?? wanted.height);
  return {
    width,
    height,
    isMaximized: wanted.isMaximized,
    position: home === undefined ? null : position,
  };
}

function isGraspable(window: Bounds, area: Bounds): boolean {
  const left = Math.max(window.x, area.x);
  const right = Math.min(window.x + window.width, area.x + area.width);
  const isTitleBarInside = window.y >= area.y && window.y + graspHeight <= area.y + area.height;
  return right - left >= graspWidth && isTitleBarInside;
}

/** The minimum wins: on a display smaller than it the window reaches over the edge. */
function clamp(value: number, min: number, max: number): number {
  return Math.max(min, Math.min(value, max));
}

function isLength(value: unknown): value is number {
  return isCoordinate(value) && value > 0;
}

function isCoordinate(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && Math.abs(value) < 100_000;
}

function parsePosition(value: unknown): WindowState['position'] {
  if (typeof value !== 'object' || value === null) return null;
  const { x, y } = value as Record<string, unknown>;
  return isCoordinate(x) && isCoordinate(y) ? { x, y } : null;
}

/** @returns null when there is none, or none that can be understood */
export function readWindowState(file: string): WindowState | null {
  try {
    return parseWindowState(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

/** Written beside and renamed: a crash leaves the old state or the new one. */
export function writeWindowState(file: string, state: WindowState): void {
  try {
    writeFileSync(`${file}.new`, JSON.stringify(state));
    renameSync(`${file}.new`, file);
  } catch {
    // A full disk must not keep the window from closing; it opens at its default place next time.
  }
}
