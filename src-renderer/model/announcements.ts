import type { ConsoleState } from '../../src-main/contract/console.js';
import type { RecorderEvent } from '../../src-main/contract/snapshot.js';
import { formatQuantity } from '../../src-main/format/number.js';
import { describeEnd, endText, newEnds } from '../../src-main/format/take-end-text.js';
import { shownName } from '../derive/participants.js';
import type { Session } from '../stores/session.js';

/** Whoever comes while a take runs: the take holds them, or it does not. */
export function announceNewcomers(session: Session, state: ConsoleState, before: ConsoleState): void {
  if (state.recorder !== 'recording' || before.recorder !== 'recording') return;
  const known = new Set(before.participants.map(({ identity }) => identity));
  for (const participant of state.participants) {
    // What is asked stands above the view until it is answered.
    if (known.has(participant.identity) || participant.isAsked === true) continue;
    const outcome = participant.isArmed ? ' and is recorded' : ', not recorded';
    session.notify('info', `${shownName(participant)} joined${outcome}`);
  }
}

/** A take that has left its disk by itself, or could not: whoever records learns that a disk has failed. */
export function announceMoves(session: Session, { details, message, name }: RecorderEvent): void {
  const isChosen = details['code'] === 'chosen';
  if ((name === 'takeMoved' && !isChosen) || name === 'fallbackUnusable')
    session.notify('warning', message, null, 'moved');
}

/** MP4 files that were made since this window knows the recorder, or were not, whoever asked for them. */
export function announceDeliveries(session: Session, state: ConsoleState, before: ConsoleState | null): void {
  if (before === null) return;
  const known = new Set(before.endedDeliveries?.map(({ endedAt, takeName }) => `${takeName} ${endedAt}`));
  for (const { endedAt, files, isCanceled, problems, takeName } of state.endedDeliveries ?? []) {
    if (known.has(`${takeName} ${endedAt}`)) continue;
    const action = { kind: 'showTakes', takeName } as const;
    if (isCanceled)
      session.notify('info', `Canceled. The next time ${takeName} goes on where it was.`, action);
    else if (problems.length > 0) {
      // Of what nobody asked for in this program it stands above the view.
      const isTold =
        state.problem?.code === 'deliverablesIncomplete' && state.problem.message.includes(takeName);
      if (!isTold) session.notify('warning', `${takeName}: ${problems.join(' ')}`, action);
    } else if (files === 0) session.notify('info', `Every file of ${takeName} is MP4 already.`, action);
    else session.notify('success', `${formatQuantity(files, 'MP4 file')} made of ${takeName}.`, action);
  }
}

/**
 * Takes that have ended since this window knows the recorder, whoever or whatever ended them.
 *
 * @param stoppedHere the take that was stopped from this window last
 */
export function announceEnds(
  session: Session,
  { endedTakes }: ConsoleState,
  before: ConsoleState | null,
  stoppedHere: string | null,
): void {
  for (const ended of newEnds(endedTakes, before)) {
    const { outcome, reason, takeName } = ended;
    const isOwn = reason === 'stopped' && takeName === stoppedHere;
    // Who stops a take sees that it is saved; and what a command of their own failed with stands above the view.
    if (outcome === null ? reason === 'stopped' : outcome.account === null && isOwn) continue;
    const { level, ...text } = describeEnd(ended);
    session.notify(level, endText(text), { kind: 'showTakes', takeName }, `take ${takeName}`);
  }
}
