import type { BudgetLine } from '../../telemetry/budget.js';
import { mostBlackKept } from '../file/black-frames.js';
import { blackAwaitedBytes } from '../file/black-timing.js';
import { mostCues } from '../file/cue-list.js';
import { untimedBytes } from '../file/frame-times.js';
import { copyQueueBytes } from '../file/matroska-file-options.js';
import { heldByCutBytes } from '../file/part-cut.js';
import { maxFrameBytes } from '../frames/packet-list.js';
import { receiveCaps } from '../rtp/receive-caps.js';

/** Packets of Opus: three seconds of 510 kbit/s. */
const waitingAudioBytes = 256 * 1024;
/** Places to seek to: 24 bytes each, in lists that double. */
const seekBytes = 2 * 24 * mostCues;
/** Black key frames that are kept, each of the largest size. */
const blackBytes = mostBlackKept * 256 * 1024;
/** Of each arrival its number and its time: two doubles. */
const feedbackBytes = 16 * receiveCaps.feedbackArrivals;

/** The process that receives and writes, 106 MB measured with two people: half of it is code of Node, which the recorder's has, too. */
export const copyProcessLine: BudgetLine = {
  buffer: 'copy: process of its own (Node)',
  bytes: 112 * 1024 * 1024,
};

/** What a copied take has open. */
export interface CopiedShape {
  readonly files: number;
  readonly videoTracks: number;
  readonly audioTracks: number;
}

/** The buffers of copy mode, each at its cap. What the kernel holds for the socket is not this process's memory. */
export function copyBudgetLines({ audioTracks, files, videoTracks }: CopiedShape): BudgetLine[] {
  return [
    {
      buffer: 'copy: packets that wait for an earlier one',
      bytes: receiveCaps.windowBytes * (videoTracks + audioTracks),
    },
    { buffer: 'copy: frames under assembly', bytes: 2 * maxFrameBytes * videoTracks },
    {
      buffer: 'copy: frames that wait for their time',
      bytes: (untimedBytes + blackAwaitedBytes) * videoTracks + waitingAudioBytes * audioTracks,
    },
    { buffer: 'copy: frames that wait for the next part', bytes: heldByCutBytes * files },
    { buffer: 'copy: files that wait for the disk', bytes: copyQueueBytes * files },
    { buffer: 'copy: places to seek to', bytes: seekBytes * files },
    { buffer: 'copy: black frames', bytes: files === 0 ? 0 : blackBytes },
    { buffer: 'copy: reports of arrivals', bytes: files === 0 ? 0 : feedbackBytes },
  ];
}
