import { type DecidingState, notNow, type Refusal } from './refusal.js';

/** Who is asked for, and what. */
export interface ArmInput {
  readonly identity: string;
  readonly isArmed: boolean;
}

/**
 * Why nobody can be armed or disarmed now, whoever it is.
 *
 * @param isChanging a take is being started or stopped
 */
export function refusalToArm({ recorder }: DecidingState, isChanging: boolean): Refusal | null {
  return recorder === 'finalizing' || isChanging
    ? notNow('You can change this after the take.', 'Stop the take first.')
    : null;
}

/**
 * Why somebody cannot be armed, or disarmed, in the take that runs: it takes people in, from that moment on, and lets nobody
 * go. In copy mode who is recorded is decided when the take begins.
 *
 * @returns null when it can be done, when it changes nothing, and when no take runs
 */
export function refusalToArmInTake(
  { participants, recorder, take = null }: DecidingState,
  { identity, isArmed }: ArmInput,
): Refusal | null {
  const isAlready = participants.some((one) => one.identity === identity && one.isArmed) === isArmed;
  if (recorder !== 'recording' || isAlready) return null;
  if (!isArmed) {
    return notNow('Whoever is in the take stays in it until it ends.', 'Stop the take first.');
  }
  return take?.mode === 'copy'
    ? notNow(
        'In copy mode nobody can be added to a take that runs.',
        'Stop the take and start another one, or record in encode mode.',
      )
    : null;
}
