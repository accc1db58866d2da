import type { TakeCondition } from '../contract/takes.js';

/** How a take stands, in the words of the window and of the terminal. */
export const conditionWords: Readonly<Record<TakeCondition, string>> = {
  recording: 'Recording',
  elsewhere: 'Recorded elsewhere',
  checking: 'Checking',
  unchecked: 'Not checked yet',
  verified: 'Intact',
  unproven: 'Not proven',
  recovered: 'Recovered',
  interrupted: 'Interrupted',
  endedEarly: 'Ended early',
  fragmented: 'Not finalized',
  empty: 'Empty',
  damaged: 'Damaged',
};
