import type { ConsoleState } from '../../src-main/contract/console.js';
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
