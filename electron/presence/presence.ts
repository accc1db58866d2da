import { refusalOf } from '#engine/contract/command-availability.js';
import type { ConsoleState } from '#engine/contract/console.js';
import type { LossAlarm } from '#engine/contract/loss-watch.js';
import { describeSnapshot } from '#engine/format/loss-account-text.js';
import { lossTitles } from '#engine/format/loss-titles.js';

/** What the task bar, the tray, the menu and the window's title say, without opening the window. */
export interface Presence {
  readonly title: string;
  readonly label: string;
  /** Also while it is paused: the take is not over. */
  readonly isRecording: boolean;
  /** 0 to 1 while a take is finalized. */
  readonly progress: number | null;
  /** What menu and tray offer: the same as the window, by the rules of the contract. */
  readonly mayStart: boolean;
  readonly mayStop: boolean;
  readonly mayMark: boolean;
  readonly mayPause: boolean;
  readonly mayResume: boolean;
}

/** What menu and tray can do. */
export interface ShellActions {
  readonly showWindow: () => void;
  readonly startTake: () => void;
  readonly stopTake: () => void;
  readonly addMarker: () => void;
  readonly pauseTake: () => void;
  readonly resumeTake: () => void;
  readonly quit: () => void;
}

const product = 'Plateau';
const readiness: Partial<Readonly<Record<ConsoleState['connection'], string>>> = {
  reconnecting: 'Reconnecting:',
  waiting: 'Waiting for',
};

/**
 * What is said of the recorder outside of its window.
 *
 * @param losses what the take is losing: nobody who does not see the window may think that all is well
 * @param isLossy what it lacks by now is not next to nothing, by its account
 */
export function presenceOf(state: ConsoleState, losses: LossAlarm | null = null, isLossy = false): Presence {
  const { recorder, finalizingFraction } = state;
  const isRecording = recorder === 'recording';
  const label = labelOf(state, losses, isLossy);
  return {
    title: recorder === 'idle' ? product : `${label} – ${product}`,
    label,
    isRecording,
    progress: recorder === 'finalizing' ? (finalizingFraction ?? 0) : null,
    mayStart: refusalOf('startTake', state) === null,
    mayStop: refusalOf('stopTake', state) === null,
    mayMark: refusalOf('addMarker', state) === null,
    mayPause: refusalOf('pauseTake', state) === null,
    mayResume: refusalOf('resumeTake', state) === null,
  };
}

/** Whether the window calls a take that runs anything but good. */
export function isLossy(snapshot: Parameters<typeof describeSnapshot>[0]): boolean {
  return describeSnapshot(snapshot).tone !== 'good';
}

function labelOf(state: ConsoleState, losses: LossAlarm | null, isLossy: boolean): string {
  const { connection, countdownSeconds = null, recorder, source, take } = state;
  const room = source?.room ?? '';
  if (countdownSeconds !== null) return `Starts in ${countdownSeconds} s: ${room}`;
  switch (recorder) {
    case 'recording':
      if (take?.isPaused === true) return `PAUSED ${take.name}`;
      if (losses?.isLosing === true) return `● ${lossTitles(losses)[0] ?? 'LOSING'}`;
      return [
        `● REC ${connection === 'reconnecting' ? 'reconnecting' : (take?.name ?? room)}`,
        ...(isLossy ? ['with losses'] : []),
      ].join(', ');
    case 'finalizing':
      return `Saving ${take?.name ?? 'the take'}`;
    case 'connecting':
      return 'Connecting';
    case 'ready':
      return `${readiness[connection] ?? 'Ready:'} ${room}`;
    case 'idle':
      return 'Not connected';
  }
}
