import type { ConsoleState } from '../../src-main/contract/console.js';
import type { TakeMode } from '../../src-main/contract/recording.js';

/** How the take that runs is recorded; while there is none, how the next one is to be, as far as that is known. */
export function modeShown({ settings, take }: Pick<ConsoleState, 'settings' | 'take'>): TakeMode {
  if (take !== null) return take.mode ?? 'encode';
  return settings.takeMode === 'auto' ? 'encode' : settings.takeMode;
}
