/** What is known of a room in which nobody is to be seen. */
export interface EmptyRoom {
  /** Empty while it has no name. */
  readonly room: string;
  readonly isWaiting: boolean;
  readonly isRecording: boolean;
  readonly canStart: boolean;
  readonly armsNewcomers: boolean;
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

function whatFollows(isRecording: boolean, armsNewcomers: boolean, canStart: boolean): string {
  if (isRecording) {
    return armsNewcomers
      ? 'The take is running. Participants are recorded from the moment they join.'
      : 'The take is running. Participants who join are not armed, and not recorded.';
  }
  return canStart
    ? 'Participants appear here when they join. You can start recording now; late files begin with black video and silence.'
    : 'Participants appear here when they join.';
}
