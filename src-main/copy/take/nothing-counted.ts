import { noLine } from '../file/line-counts.js';
import type { PartAccount } from '../file/part-marks.js';
import type { ParticipantFileCounts } from '../file/participant-file-options.js';
import { noFrames } from '../frames/encoded-frame.js';
import { noWindowCounts } from '../rtp/packet-counts.js';

const noStream: PartAccount['video'] = { packets: noWindowCounts, frames: noFrames, line: noLine };

/** Of a file that could not be made. */
export const noAccount: PartAccount = { video: noStream, audio: noStream };

/** The same over its parts. */
export const noCounts: ParticipantFileCounts = {
  tracks: new Map(),
  frames: { video: noFrames, audio: noFrames },
  packets: { video: noWindowCounts, audio: noWindowCounts },
  ...{ video: noLine, audio: noLine },
};
