import { type BudgetLine, decodedBytes } from '../telemetry/budget.js';
import type { TakeOptions } from './take-options.js';

/** Of a camera whose publisher declares no size. */
const usualFrame = { width: 1280, height: 720 } as const;
/** More than any layer of a camera has. */
const usualFps = 30;

/** What is decoded beside a copied take, as its budget has it; nothing where nobody looks. */
export function previewLines(previews: TakeOptions['previews']): BudgetLine[] {
  const tracks = previews?.() ?? [];
  if (tracks.length === 0) return [];
  const frames = tracks
    .filter(({ kind }) => kind === 'video')
    .map(({ declaredSize }) => ({ ...(declaredSize ?? usualFrame), fps: usualFps }));
  const bytes = decodedBytes(frames, tracks.length - frames.length);
  return [{ buffer: 'copy: previews in the console', bytes }];
}
