import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

/** A rectangle on the desktop, in device-independent pixels. */
export interface Bounds {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What is remembered of the window between sessions. */
export interface WindowState {
  /** Null: wherever the operating system puts a new window. */
  readonly position: { readonly x: number; readonly y: number } | null;
  readonly width: number;
  readonly height: number;
  readonly isMaximized: boolean;
}

/** What the console needs to be usable. */
export const minWindowSize = { width: 900, height: 600 } as const;
const defaultSize = { width: 1440, height: 900 } as const;

/** So much of the title bar has to be on a display for a hand to catch it. */
const graspWidth = 120;
const graspHeight = 32;

/** In device-independent pixels; what lies beyond was written by nobody. */
const coordinate = z.int().gt(-100_000).lt(100_000);
const length = coordinate.positive();

const windowStateSchema = z.object({
  // A window whose place cannot be read has a size all the same.
  position: z.object({ x: coordinate, y: coordinate }).nullable().catch(null),
  width: length,
  height: length,
  isMaximized: z.boolean(),
});

/**
 * Reads what a file held.
 *
 * @returns null when it is not a window's state
 */
export function parseWindowState(json: string): WindowState | null {
  try {
    return windowStateSchema.parse(withPresentNames(JSON.parse(json)));
  } catch {
    return null;
  }
}

/** Plateau 0.1.0 wrote `isMaximised`. */
function withPresentNames(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('isMaximised' in value)) return value;
  return { isMaximized: value.isMaximised, ...value };
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

/**
 * Reads the file of the window's state.
 *
 * @returns null when there is none, or none that can be understood
 */
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
