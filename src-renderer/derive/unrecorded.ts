import type { ConsoleState } from '../../src-main/contract/console.js';

/** What decides whether anybody can be recorded. */
export type Recordable = Pick<ConsoleState, 'recorder'> & {
  readonly participants: readonly Pick<ConsoleState['participants'][number], 'isArmed' | 'isPresent'>[];
  readonly settings: Pick<ConsoleState['settings'], 'armsNewcomers'>;
};

/**
 * Why a take that runs has nobody in it yet, as a sentence.
 *
 * @param files of the take up to now, those that have ended as well
 * @returns null once a file has begun, and while somebody who is armed is in the room: theirs begins now
 */
export function unrecordedText(
  { recorder, participants, settings }: Recordable,
  files: number,
): string | null {
  if (recorder !== 'recording' || files > 0) return null;
  const present = participants.filter(({ isPresent }) => isPresent);
  if (present.some(({ isArmed }) => isArmed)) return null;
  const { armsNewcomers } = settings;
  if (present.length > 0)
    return `Nobody is recorded yet: nobody is armed${armsNewcomers ? '; whoever joins will be' : ''}`;
  return `Nobody is recorded yet: waiting for somebody to join${armsNewcomers ? '' : ', who has to be armed then'}`;
}
