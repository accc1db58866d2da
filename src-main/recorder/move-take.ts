import { PlateauError } from '../contract/errors.js';
import type { GoingOn } from '../take/going-on.js';
import type { Take } from '../take/take.js';
import { otherFolder } from './other-folder.js';
import { checkOutput } from './preflight.js';

/** What is needed of a take that is to go on in another folder. */
export type MovableTake = Pick<Take, 'request' | 'startedAt'> & {
  readonly goingOn: Pick<GoingOn, 'goOnIn' | 'isIn'>;
};

/** Where it goes on. */
export interface TakeMove {
  /** On the take's timeline, in milliseconds: a second from now. */
  readonly takeMs: number;
  /** The part that begins there. */
  readonly part: number;
}

/**
 * Has a take go on in a folder that somebody has chosen, once that is known to be usable. Nothing is lost by it.
 *
 * @param outputFolder in which the take's other folder is made
 * @throws PlateauError why it cannot be used: `usage`, `outputUnwritable`, `diskFull`; `invalidState` when the take ends
 */
export async function moveTake(take: MovableTake, outputFolder: string): Promise<TakeMove> {
  const { goingOn, startedAt } = take;
  const { audioOnly, mode, profile, room } = take.request;
  if (goingOn.isIn(outputFolder))
    throw new PlateauError('usage', 'The take is in that folder.', 'Choose one on another disk.');
  await checkOutput(outputFolder, { audioOnly, mode, profile });
  const reason = { code: 'chosen', message: 'Somebody chose another folder.' };
  return goingOn.goOnIn(otherFolder(outputFolder, room, startedAt), reason);
}
