import type { LossAlarm, LossCause } from '../../src-main/contract/loss-watch.js';
import type { RecordingCondition } from '../../src-main/contract/snapshot.js';

/** What the loss bar says, with its advice, where it names one of these causes. */
const saidBy: Readonly<Record<RecordingCondition['name'], readonly LossCause[]>> = {
  encoderBehind: ['encoderBehind'],
  diskSlow: ['diskBehind'],
  backupBehind: [],
  clockDrift: [],
  memoryNearBudget: ['savingMemory'],
  // Whoever reads that the encoders do not keep up on this machine need not read that it is too slow for them.
  machineOverloaded: ['recorderBusy', 'encoderBehind'],
};

/**
 * The conditions that the loss bar does not say already, in their order. What it says of one file it does not say of another,
 * and what it says in the past tense it does not say of now.
 */
export function untoldConditions(
  conditions: readonly RecordingCondition[],
  alarm: LossAlarm | null,
): readonly RecordingCondition[] {
  const told = (alarm?.streams ?? []).filter(({ isLosing }) => isLosing);
  return conditions.filter(
    ({ file, name }) =>
      !told.some((stream) => saidBy[name].includes(stream.cause) && (file === null || file === stream.file)),
  );
}
