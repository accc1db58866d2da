import type { CommandName } from './console.js';
import type { FaultName } from './faults.js';
import type { TakeMode } from './recording.js';
import { type DecidingState, notNow, type Refusal } from './refusal.js';
import type { Settings } from './settings.js';

// What copy mode cannot do, for whoever asks before it is tried: docs/copy-mode.md has the whole table.

/** Why a take cannot begin in copy mode; null when it can, or is to be encoded. */
export function refusalToCopy({
  connection,
  settings,
  source,
}: Pick<DecidingState, 'connection' | 'settings' | 'source'>): Refusal | null {
  if (settings.takeMode !== 'copy') return null;
  if (connection === 'waiting') {
    return notNow(
      'Copy mode cannot start before the room is open.',
      'Wait until somebody opens it, or choose Encode under Output.',
    );
  }
  if (source?.credentialKind === 'token') {
    return tokenIsOne('Join with an API key and its secret, or choose Encode under Output.');
  }
  return null;
}

/** Why copy mode cannot be had with a token. @param hint what to do */
export function tokenIsOne(hint: string): Refusal {
  return notNow('Copy mode joins the room as two hidden participants, and a token is only one.', hint);
}

/** Why the Lab cannot show what an encoder's caps are for. */
export function refusalToShowCaps({ settings }: Pick<DecidingState, 'settings'>): Refusal | null {
  if (settings.takeMode !== 'copy') return null;
  return notNow(
    'This shows what the caps of encoded takes are for, and copy mode is chosen.',
    'Choose Encode under Output.',
  );
}

/** A take that runs, as far as it matters for copying what is sent from now on. */
export interface ContinuingTake {
  readonly mode: TakeMode | undefined;
  readonly isPaused: boolean;
  readonly hasReplay: boolean;
}

/** Why the take that runs cannot go on in copy mode now, as a console knows it. @param pending commands that are under way */
export function refusalToGoOverToCopy(
  { connection, recorder, settings, source, take }: DecidingState,
  pending: ReadonlySet<CommandName>,
): Refusal | null {
  if (recorder !== 'recording')
    return notNow('There is no take to go on with in copy mode.', 'Start a take first.');
  if (pending.has('stopTake')) return notNow('The take is being stopped.', 'Start another one.');
  if (pending.has('continueCopied'))
    return notNow('The take is going over to copy mode.', 'Wait some seconds until it has.');
  if (connection !== 'connected')
    return notNow('The room is not connected.', 'Go over to copy mode when the connection is back.');
  if (source?.credentialKind === 'token') return tokenIsOne('Join with an API key and its secret next time.');
  return refusalToContinueCopied({
    ...{ mode: take?.mode, isPaused: take?.isPaused === true, hasReplay: settings.replaySeconds !== null },
  });
}

/** Why a take that is encoded cannot go on in copy mode; null when it can. */
export function refusalToContinueCopied({ hasReplay, isPaused, mode }: ContinuingTake): Refusal | null {
  if (mode === 'copy') return notNow('The take is copied already.', 'There is nothing to change.');
  if (isPaused) return notNow('A take that is paused cannot go over to copy mode.', 'Resume it first.');
  if (hasReplay)
    return notNow(
      'A take with a replay buffer cannot go over to copy mode.',
      'Record without it, or in copy mode from the start.',
    );
  return null;
}

/** These are done to encoders, or to a disk that this process writes to; a copied take has neither. */
const encodingFaults: ReadonlySet<FaultName> = new Set([
  'stallSink',
  'slowDisk',
  'fullDisk',
  'pauseFfmpeg',
  'killFfmpeg',
]);

/** Why a fault would do nothing to the take that runs. */
export function refusalOfFault(name: FaultName, { take }: Pick<DecidingState, 'take'>): Refusal | null {
  if (take?.mode !== 'copy' || !encodingFaults.has(name)) return null;
  return notNow(
    'A take in copy mode has no encoder, and its files are written by a process of its own.',
    'Choose another fault, or record with Encode.',
  );
}

/** Choices that say nothing of a copied take, and why. */
const unusedReasons = {
  profileName: 'In copy mode video keeps the size that it was sent in.',
  container: 'In copy mode files are always MKV.',
  crf: 'In copy mode video keeps the quality that it was sent in.',
  furtherAudio: 'In copy mode a further microphone is always a file of its own.',
} as const satisfies Partial<Record<keyof Settings, string>>;

/** A setting that only says something of a take that is encoded. */
export type EncodeSetting = keyof typeof unusedReasons;

/** Why a setting says nothing of the next take; null when it does. It is kept, for a take that is encoded. */
export function unusedReason(name: EncodeSetting, { takeMode }: Pick<Settings, 'takeMode'>): string | null {
  return takeMode === 'copy' ? unusedReasons[name] : null;
}
