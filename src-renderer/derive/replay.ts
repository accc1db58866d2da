import type { RecorderState, Snapshot } from '../../src-main/contract/snapshot.js';
import { formatBytes } from '../../src-main/format/bytes.js';
import { formatDuration } from '../../src-main/format/time.js';

/**
 * What stands beside the replay button: how much it would save, and what that costs.
 *
 * @param recorder without a room the buffer is empty, whatever the last snapshot of that room said
 */
export function describeReplay(
  replay: Snapshot['replay'],
  recorder: RecorderState,
): {
  readonly text: string;
  readonly title: string;
} {
  if (recorder === 'idle' || recorder === 'connecting')
    return { text: 'empty', title: 'The replay buffer fills while you are in a room.' };
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
  if (source === 'ownReceiver')
    return { text: held, title: `The replay buffer receives everybody, and encodes nothing.${full}` };
  return { text: held, title: `The replay buffer keeps what the take records.${full}` };
}
