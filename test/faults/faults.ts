import type { Cleanup } from '../bench/cleanup.js';
import { abortDisk, deleteWhileRecorded, fillDisk, stallDisk } from './disk-faults.js';
import type { FaultLab } from './fault-lab.js';
import type { FaultTry } from './fault-row.js';
import { killEncoder } from './kill-encoder.js';
import { killFinalizing } from './kill-finalizing.js';
import { killRecorder } from './kill-recorder.js';
import {
  badLine,
  cutSignaling,
  deleteRoom,
  killServer,
  republish,
  silence,
  takeIdentity,
} from './livekit-faults.js';

/** One fault, and how it is tried. */
export interface FaultPlan {
  readonly fault: string;
  readonly tries: number;
  /** From then on no result of a try is waited for. */
  readonly tryDeadlineMs: number;
  /** Whether the short part has it. */
  readonly isQuick: boolean;
  /** @param cleanup of this try alone: what it starts and does not end is ended after it */
  readonly attempt: (lab: FaultLab, cleanup: Cleanup) => Promise<FaultTry>;
}

export const faultIds = [
  ...(['killRecorder', 'killEncoder', 'killFinalizing'] as const),
  ...(['diskStalls', 'diskStallsLong', 'diskFull', 'diskBroken', 'fileDeleted', 'folderDeleted'] as const),
  ...(['packetsLost', 'lineCut'] as const),
  ...(['signalLost', 'republished', 'serverKilled', 'serverGone', 'nothing'] as const),
  ...(['roomDeleted', 'identityTaken'] as const),
] as const;
export type FaultId = (typeof faultIds)[number];

export const faults: Readonly<Record<FaultId, FaultPlan>> = {
  killRecorder: {
    fault: 'kill -9 of the recorder',
    tries: 30,
    tryDeadlineMs: 60_000,
    isQuick: true,
    attempt: killRecorder,
  },
  killEncoder: {
    fault: 'kill -9 of one ffmpeg',
    tries: 10,
    tryDeadlineMs: 90_000,
    isQuick: true,
    attempt: killEncoder,
  },
  killFinalizing: {
    fault: 'kill -9 while finalizing',
    tries: 10,
    tryDeadlineMs: 90_000,
    isQuick: false,
    attempt: killFinalizing,
  },
  diskStalls: {
    fault: 'the disk stands still for 5 s',
    tries: 5,
    tryDeadlineMs: 90_000,
    isQuick: false,
    attempt: stallDisk(5),
  },
  diskStallsLong: {
    fault: 'the disk stands still for 60 s',
    tries: 3,
    tryDeadlineMs: 180_000,
    isQuick: false,
    attempt: stallDisk(60),
  },
  diskFull: {
    fault: 'somebody else fills the disk',
    tries: 5,
    tryDeadlineMs: 90_000,
    isQuick: false,
    attempt: fillDisk,
  },
  diskBroken: {
    fault: 'the disk refuses every write',
    tries: 5,
    tryDeadlineMs: 90_000,
    isQuick: false,
    attempt: abortDisk,
  },
  fileDeleted: {
    fault: 'a file is deleted',
    tries: 5,
    tryDeadlineMs: 90_000,
    isQuick: false,
    attempt: deleteWhileRecorded('file'),
  },
  folderDeleted: {
    fault: 'the folder is deleted',
    tries: 5,
    tryDeadlineMs: 90_000,
    isQuick: false,
    attempt: deleteWhileRecorded('folder'),
  },
  packetsLost: {
    fault: '5 % of packets are lost, 50 ms of jitter, for 20 s',
    tries: 5,
    tryDeadlineMs: 120_000,
    isQuick: false,
    attempt: badLine({ lossRatio: 0.05, jitterMs: 50 }, 20),
  },
  lineCut: {
    fault: 'the recorder’s line carries nothing for 2 s',
    tries: 5,
    tryDeadlineMs: 90_000,
    isQuick: false,
    attempt: badLine({ lossRatio: 1, jitterMs: 0 }, 2),
  },
  signalLost: {
    fault: 'the recorder’s signaling is cut',
    tries: 5,
    tryDeadlineMs: 90_000,
    isQuick: false,
    attempt: cutSignaling,
  },
  republished: {
    fault: 'everybody publishes anew',
    tries: 5,
    tryDeadlineMs: 90_000,
    isQuick: false,
    attempt: republish,
  },
  serverKilled: {
    fault: 'the server is killed, and started again',
    tries: 5,
    tryDeadlineMs: 120_000,
    isQuick: false,
    attempt: killServer(0),
  },
  serverGone: {
    fault: 'the server is gone for 30 s',
    tries: 3,
    tryDeadlineMs: 180_000,
    isQuick: false,
    attempt: killServer(30),
  },
  nothing: {
    fault: 'nothing comes for 30 s',
    tries: 3,
    tryDeadlineMs: 180_000,
    isQuick: false,
    attempt: silence(30),
  },
  roomDeleted: {
    fault: 'the room is ended for all',
    tries: 5,
    tryDeadlineMs: 90_000,
    isQuick: false,
    attempt: deleteRoom,
  },
  identityTaken: {
    fault: 'somebody takes the recorder’s name',
    tries: 5,
    tryDeadlineMs: 90_000,
    isQuick: false,
    attempt: takeIdentity,
  },
};
