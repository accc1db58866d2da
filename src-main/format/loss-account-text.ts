import { accountOfSnapshot, type LossAccount, type SnapshotToAccount } from '../contract/loss-account.js';
import type { LossGrade } from '../contract/losses.js';
import type { Snapshot } from '../contract/snapshot.js';
import { formatSeconds, missingTracksText } from './content-text.js';
import { formatQuantity } from './number.js';

/** How bad it is: green, amber, red. */
export type LossTone = 'good' | 'warning' | 'bad';

/** What is said of an account, and how that looks. */
export interface LossStatement {
  readonly tone: LossTone;
  /** Without capital and full stop; empty where it is not known whether anything is lost. */
  readonly text: string;
}

/**
 * When an account is told. `running`: all that is known by now. `unsettled`: what never came while the connection was lost, or
 * since the last snapshot of a take, is counted later. `checked`: the last word.
 */
export type AccountMoment = 'running' | 'unsettled' | 'checked';

const tones: Readonly<Record<LossGrade, LossTone>> = {
  complete: 'good',
  smallLosses: 'warning',
  losses: 'bad',
};

/** How a grade looks. A signal that did not come is not as it should be, however complete the files are. */
export function toneOfAccount({ grade, missingSignals }: LossAccount): LossTone {
  const tone = grade === null ? 'warning' : tones[grade];
  return tone === 'good' && missingSignals > 0 ? 'warning' : tone;
}

/** `24 frames and 1.2 s of audio lost, 2 gaps, 1 track missing`; null when nothing is known to be missing. */
export function lossText(account: LossAccount): string | null {
  const { gaps, losses, lostPackets, missingNow, missingSignals, missingTracks } = account;
  const frames = losses.video.lostFrames + losses.video.missedFrames;
  const media = [
    ...(frames === 0 ? [] : [formatQuantity(frames, 'frame')]),
    ...(losses.audio.lostMs < leastAudioMs ? [] : [`${formatSeconds(losses.audio.lostMs)} of audio`]),
  ];
  const lost = media.length > 0 || lostPackets === 0 ? media : [formatQuantity(lostPackets, 'packet')];
  const parts = [
    ...(lost.length === 0 ? [] : [`${lost.join(' and ')} lost`]),
    ...(gaps === 0 ? [] : [formatQuantity(gaps, 'gap')]),
    ...(missingTracks === 0 ? [] : [missingTracksText(missingTracks, missingNow)]),
    ...(missingSignals === 0 ? [] : [`${formatQuantity(missingSignals, 'signal')} missing`]),
  ];
  return parts.length === 0 ? null : parts.join(', ');
}

/** Of a take that is not, where nothing that is counted says why. */
export const notComplete = 'not complete';

/** What rounds to no hundredth of a second is the rounding of a sum, not audio. */
const leastAudioMs = 5;

/** The one statement about what a take lacks, in a few words. */
export function describeAccount(account: LossAccount, moment: AccountMoment): LossStatement {
  const tone = toneOfAccount(account);
  const text = lossText(account);
  // What is missing does not stop to be, and little of it is still said.
  if (text !== null) return { tone, text: tone === 'good' ? `${text}, counts as complete` : text };
  if (account.grade === null) return { tone, text: '' };
  if (account.grade !== 'complete') return { tone, text: notComplete };
  const texts = { running: 'nothing lost so far', unsettled: '', checked: 'nothing lost' } as const;
  return { tone, text: texts[moment] };
}

/** What is said of a take by its latest snapshot: that nothing is lost, only while it is recorded, and anything can come. */
export function describeSnapshot(
  snapshot: SnapshotToAccount & Pick<Snapshot, 'connection' | 'state'>,
): LossStatement {
  const { connection, sinks, state } = snapshot;
  const isKnown = state === 'recording' && connection === 'connected' && sinks.length > 0;
  return describeAccount(accountOfSnapshot(snapshot), isKnown ? 'running' : 'unsettled');
}

/** A statement as a sentence’s beginning: `Nothing lost so far`. */
export function capitalized(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
