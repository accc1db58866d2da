import type { TakeRequest } from '../../contract/recording.js';
import type { Recorder } from '../../recorder/recorder.js';
import type { ArmedSelection } from '../../recorder/recorder-room.js';
import type { CommandConsole } from '../output/command-console.js';

/** What a take records, as far as it is said before the room is joined. */
export function armedOf({ audioOnly, mode, participants }: TakeRequest): ArmedSelection {
  return { participants, audioOnly, mode };
}

/** The same before it is known whether it is encoded: nothing is subscribed to, and what is published is seen all the same. */
export function unsubscribed(request: TakeRequest): ArmedSelection {
  return { ...armedOf(request), mode: 'copy' };
}

/** Before a meeting whose take is encoded or copied: the room is looked at, and what encoding costs here is measured meanwhile. */
export function lookFirst(recorder: Recorder, request: TakeRequest): void {
  // Of the meeting before.
  recorder.rearm(unsubscribed(request));
  if (request.audioOnly) return;
  void import('../../recorder/mode-choice.js').then(({ prepareModeChoice }) =>
    prepareModeChoice(request.profile),
  );
}

/**
 * Decides whether a take is encoded or copied, by what is published now, and says so.
 *
 * @returns the take to be recorded; of one that is encoded everything is subscribed to from here on
 * @throws PlateauError `ffmpegMissing`, `ffmpegUnsuitable`
 */
export async function chosenMode(
  recorder: Recorder,
  request: TakeRequest,
  console: CommandConsole,
): Promise<TakeRequest> {
  const { copiedRequest, decideMode } = await import('../../recorder/mode-choice.js');
  const obstacle = recorder.isForTwo
    ? null
    : 'Copy mode needs an API key and its secret, or --copy-token: it joins as two participants.';
  const { isTooMuch, mode, reason } = await decideMode({
    ...{ obstacle, request, publications: recorder.publications },
  });
  const mark = isTooMuch ? console.paint.warning('warning: ') : '';
  console.say(`${mark}Mode: ${mode}. ${reason}`);
  if (mode === 'copy') return copiedRequest(request, reason);
  recorder.rearm(armedOf(request));
  return { ...request, modeReason: reason };
}
