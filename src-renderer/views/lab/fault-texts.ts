import type { FaultName } from '../../../src-main/contract/faults.js';
import { caps } from '../../../src-main/contract/limits.js';
import { verdictWords } from '../../../src-main/contract/verdict-rules.js';

export interface FaultText {
  readonly label: string;
  /** What is seen when the recorder copes with it. */
  readonly shows: string;
  /** Its parameters, with what they are set to at first. */
  readonly fields: readonly { readonly key: string; readonly label: string; readonly initial: string }[];
}

const seconds = (initial: string): FaultText['fields'][number] => ({
  key: 'seconds',
  label: 'Seconds',
  initial,
});
const who = { key: 'identity', label: 'Participant', initial: 'ada' } as const;

/** The recorder without caps has a panel of its own. */
export type PanelFaultName = Exclude<FaultName, 'unbounded'>;

/** Faults as people read them. */
export const faultTexts: Readonly<Record<PanelFaultName, FaultText>> = {
  stallSink: {
    label: 'Disk stalls',
    shows: 'The disk queue fills to its cap, then the frame queues; memory stays within its budget.',
    fields: [seconds('10')],
  },
  slowDisk: {
    label: 'Disk is slow',
    shows: 'Write latency and the disk queue rise; frames are dropped once the queue is at its cap.',
    fields: [{ key: 'kilobytesPerSecond', label: 'kB per second', initial: '50' }, seconds('30')],
  },
  fullDisk: {
    label: 'Disk is full',
    shows: 'The take stops, and what was recorded is finalized.',
    fields: [seconds('5')],
  },
  blockLoop: {
    label: 'Event loop is blocked',
    shows: `The watchdog closes the streams after ${caps.loopLateAfterMs} ms: a gap, and no growth.`,
    fields: [seconds('3')],
  },
  pauseFfmpeg: {
    label: 'ffmpeg hangs',
    shows: `The frame queues fill to ${caps.frameQueueFrames}, then frames are dropped before they are copied; memory stays within its budget.`,
    fields: [seconds('10')],
  },
  killFfmpeg: {
    label: 'ffmpeg is killed',
    shows: 'A new ffmpeg takes over after a second: one file, with a gap.',
    fields: [],
  },
  freezeParticipant: {
    label: 'Camera freezes',
    shows:
      'A long frame gap for that participant; the file holds the last frame, and a warning comes after 5 s.',
    fields: [who, seconds('10')],
  },
  floodParticipant: {
    label: 'Camera floods (2x)',
    shows: 'Frames above the profile rate are dropped by design; the queues stay low.',
    fields: [who, seconds('10')],
  },
  dropNetwork: {
    label: 'Connection drops',
    shows: 'The recorder reconnects; the take goes on, with a gap.',
    fields: [{ key: 'scenario', label: 'Scenario', initial: 'fullReconnect' }],
  },
  throttleNetwork: {
    label: 'Network is slow',
    shows:
      'Video bitrate and frame rate fall, audio goes on; both recover within seconds after the fault. Demo room only.',
    fields: [{ key: 'kilobitsPerSecond', label: 'kbit per second', initial: '500' }, seconds('20')],
  },
  leak: {
    label: 'Memory leak',
    shows: `Memory grows at that rate; after some minutes the verdict is ${verdictWords.leaking}.`,
    fields: [{ key: 'megabytesPerMinute', label: 'MB per minute', initial: '2' }, seconds('600')],
  },
};
