import type { UnboundedStopReason } from '../contract/unbounded.js';

/** Why the recorder without caps has ended, in a few words. */
export const unboundedStopTexts: Readonly<Record<UnboundedStopReason, string>> = {
  memory: 'safety stop reached',
  time: 'time limit reached',
  asked: 'stopped',
  takeEnded: 'take ended',
  silent: 'not responding',
  failed: 'failed',
};
