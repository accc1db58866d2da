import type { Newcomers } from '../../src-main/contract/settings.js';

/** What is known of a room in which nobody is to be seen. */
export interface EmptyRoom {
  /** Empty while it has no name. */
  readonly room: string;
  readonly isWaiting: boolean;
  readonly isRecording: boolean;
  readonly canStart: boolean;
  readonly armsNewcomers: Newcomers;
  /** Why the server is not reached, a sentence; null when it is. */
  readonly serverProblem: string | null;
}

/** What stands in place of the participants while there are none: what is not known is not said. */
export function emptyRoomWords(state: EmptyRoom): { readonly title: string; readonly text: string } {
  const { armsNewcomers, canStart, isRecording, isWaiting, room, serverProblem } = state;
  const name = room === '' ? 'the room' : `“${room}”`;
  if (serverProblem !== null) {
    const then = isWaiting ? ` Plateau joins ${name} when somebody opens it.` : '';
    return { title: 'The server does not answer', text: `${serverProblem} Plateau keeps trying.${then}` };
  }
  const title = isWaiting ? `${room === '' ? 'The room' : name} is not open` : `Nobody is in ${name} yet`;
  const first = isWaiting ? 'Plateau joins it when somebody opens it. ' : '';
  return { title, text: `${first}${whatFollows(isRecording, armsNewcomers, canStart)}` };
}

const joiners: Readonly<Record<Newcomers, string>> = {
  on: 'Participants are recorded from the moment they join.',
  off: 'Participants who join are not armed, and not recorded.',
  ask: 'Participants who join are not recorded until you say so.',
};

function whatFollows(isRecording: boolean, armsNewcomers: Newcomers, canStart: boolean): string {
  if (isRecording) {
    return `The take is running. ${joiners[armsNewcomers]}`;
  }
  return canStart
    ? 'Participants appear here when they join. You can start recording now; late files begin with black video and silence.'
    : 'Participants appear here when they join.';
}
