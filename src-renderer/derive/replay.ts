import type { Snapshot } from '../../src-main/contract/snapshot.js';
import { formatBytes } from '../../src-main/format/bytes.js';
import { formatDuration } from '../../src-main/format/time.js';

/** What stands beside the replay button: how much it would save, and what that costs. */
export function describeReplay(replay: Snapshot['replay']): {
  readonly text: string;
  readonly title: string;
} {
  if (replay === undefined) return { text: '–', title: '' };
  const { capBytes, heldBytes, isCapped, problem, source, spanMs } = replay;
  const held = `${formatDuration(spanMs)}, ${formatBytes(heldBytes)} of memory`;
  const full = isCapped ? ` It is full at ${formatBytes(capBytes)}, and shorter than it should be.` : '';
  if (problem !== null) return { text: 'not running', title: problem };
  if (source === 'ownEncoders')
    return {
      text: `${held}, uses CPU`,
      title: `The replay buffer encodes everybody, as a take does.${full}`,
    };
  return { text: held, title: `The replay buffer keeps what the take encodes.${full}` };
}
