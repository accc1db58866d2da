import type { FaultName } from '../../../src-main/contract/faults.js';

export interface FaultText {
  readonly label: string;
  /** What is to be seen when it works as it should. */
  readonly shows: string;
  /** Its parameters, with what they are set to at first. */
  readonly fields: readonly { readonly key: string; readonly label: string; readonly initial: string }[];
}

const seconds = (initial: string): FaultText['fields'][number] => ({
  key: 'seconds',
  label: 'Seconds',
  initial,
});
const who = { key: 'identity', label: 'Who', initial: 'ada' } as const;

/** The recorder without caps has a panel of its own. */
export type PanelFaultName = Exclude<FaultName, 'unbounded'>;

/** Faults as people read them. */
export const faultTexts: Readonly<Record<PanelFaultName, FaultText>> = {
  stallSink: {
    label: 'Disk stands still',
    shows:
      'The compressed data to disk piles up to its cap, then the frame queues; memory stays in its budget.',
    fields: [seconds('10')],
  },
  slowDisk: {
    label: 'Disk is slow',
    shows:
      'The write latency rises, and the compressed data to disk; frames are dropped when its cap is reached.',
    fields: [{ key: 'kilobytesPerSecond', label: 'kB per second', initial: '50' }, seconds('30')],
  },
  fullDisk: {
    label: 'Disk is full',
    shows: 'The take stops by itself, and what was recorded is finalized.',
    fields: [seconds('5')],
  },
  blockLoop: {
    label: 'Event loop is blocked',
    shows: 'The watchdog closes the streams after 300 ms; a gap, and no growth.',
    fields: [seconds('3')],
  },
  pauseFfmpeg: {
    label: 'ffmpeg stands still',
    shows:
      'The frame queues fill to 30, frames are dropped before they are copied; memory stays in its budget.',
    fields: [seconds('10')],
  },
  killFfmpeg: {
    label: 'ffmpeg is killed',
    shows: 'A new ffmpeg goes on after a second; one file comes out, with a gap.',
    fields: [],
  },
  freezeParticipant: {
    label: 'A camera freezes',
    shows: 'A long gap between frames of that participant, and black in the file.',
    fields: [who, seconds('10')],
  },
  floodParticipant: {
    label: 'A camera sends twice as much',
    shows: 'Frames above the frame rate are dropped on purpose; the queues stay low.',
    fields: [who, seconds('10')],
  },
  dropNetwork: {
    label: 'Connection breaks',
    shows: 'Reconnecting; the take goes on, with a gap.',
    fields: [{ key: 'scenario', label: 'Scenario', initial: 'fullReconnect' }],
  },
  throttleNetwork: {
    label: 'Network is slow',
    shows:
      'The cameras’ bitrate and frames per second fall, the audio goes on; both are back within seconds of its end. Demo room only.',
    fields: [{ key: 'kilobitsPerSecond', label: 'kbit per second', initial: '500' }, seconds('20')],
  },
  leak: {
    label: 'Memory leaks on purpose',
    shows: 'Memory grows at that rate; after some minutes the verdict says LEAK.',
    fields: [{ key: 'megabytesPerMinute', label: 'MB per minute', initial: '2' }, seconds('600')],
  },
};
