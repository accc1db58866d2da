import type { FaultName } from './faults.js';
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
    return notNow(
      'Copy mode joins the room as two hidden participants, and a token is only one.',
      'Join with an API key and its secret, or choose Encode under Output.',
    );
  }
  if (settings.replaySeconds !== null) {
    return notNow(
      'The replay buffer cannot be on in copy mode.',
      'Switch it off under Output, or choose Encode there.',
    );
  }
  return null;
}

/** Why the Lab cannot show what an encoder's caps are for. */
export function refusalToShowCaps({ settings }: Pick<DecidingState, 'settings'>): Refusal | null {
  if (settings.takeMode !== 'copy') return null;
  return notNow(
    'This shows what the caps of encoded takes are for, and copy mode is chosen.',
    'Choose Encode under Output.',
  );
}

/** Why something cannot be done with the take that runs. @param what follows `cannot be` */
export function refusalWhileCopying({ take }: DecidingState, what: string): Refusal | null {
  if (take?.mode !== 'copy') return null;
  return notNow(
    `A take in copy mode cannot be ${what}.`,
    'Stop it and start another one. A take that is encoded can.',
  );
}

/** Why there is no replay; null where there may be one. What the buffer still holds can be saved before a take. */
export function refusalToCopyReplay({ settings, take }: DecidingState): Refusal | null {
  const isCopying =
    take?.mode === 'copy' || (settings.takeMode === 'copy' && settings.replaySeconds === null);
  return isCopying
    ? notNow('There is no replay buffer in copy mode.', 'Choose Encode under Output for the next take.')
    : null;
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
  replaySeconds: 'In copy mode there is no replay buffer.',
} as const satisfies Partial<Record<keyof Settings, string>>;

/** A setting that only says something of a take that is encoded. */
export type EncodeSetting = keyof typeof unusedReasons;

/** Why a setting says nothing of the next take; null when it does. It is kept, for a take that is encoded. */
export function unusedReason(name: EncodeSetting, { takeMode }: Pick<Settings, 'takeMode'>): string | null {
  return takeMode === 'copy' ? unusedReasons[name] : null;
}
