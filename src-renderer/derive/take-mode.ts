import type { ConsoleState } from '../../src-main/contract/console.js';
import type { TakeMode } from '../../src-main/contract/recording.js';

/** How the take that runs is recorded; while there is none, how the next one is to be. */
export function modeShown({ settings, take }: Pick<ConsoleState, 'settings' | 'take'>): TakeMode {
  return take === null ? settings.takeMode : (take.mode ?? 'encode');
}
