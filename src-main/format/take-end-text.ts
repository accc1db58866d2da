import type { EndedTake, TakeOutcome } from '../contract/ended-take.js';
import type { LossGrade } from '../contract/losses.js';
import { type LossTone, notComplete } from './loss-account-text.js';
import { describeOutcome } from './take-outcome.js';

/** What is said of a take that has ended, and how urgent it is. */
export interface EndStatement {
  readonly level: 'info' | 'success' | 'warning' | 'error';
  /** Why it ended, in sentences; null when somebody stopped it, and knows. */
  readonly reason: string | null;
  /** What becomes of it, or has become of it. */
  readonly result: string;
}

/** Tells of a take that has ended: at once, and again when its files are checked. */
export function describeEnd({ cause, outcome, reason: kind, takeName }: EndedTake): EndStatement {
  const reason = kind === 'stopped' ? null : (cause?.message ?? reasons[kind]);
  if (outcome === null)
    return {
      level: kind === 'stopped' || kind === 'timeOver' ? 'info' : 'warning',
      ...{ reason, result: `${takeName} is being saved.` },
    };
  const isKept = reason !== null && outcome.files > 0;
  const { level, text } = describeResult(takeName, outcome);
  return { level, reason, result: isKept ? `The take is kept: ${text}` : text };
}

/** The whole of it: `The room was ended by the server. The take is kept: standup-1 is finalized, intact and complete; nothing lost.` */
export function endText({ reason, result }: Pick<EndStatement, 'reason' | 'result'>): string {
  return reason === null ? result : `${reason} ${result}`;
}

const reasons: Readonly<Record<Exclude<EndedTake['reason'], 'stopped'>, string>> = {
  timeOver: 'The time of the take is over.',
  roomEnded: 'The room was ended by the server.',
  roomLost: 'The room is lost.',
  failed: 'The take could not go on.',
  left: 'The room was left.',
};

const levels: Readonly<Record<LossTone, EndStatement['level']>> = {
  good: 'success',
  warning: 'warning',
  bad: 'error',
};

function describeResult(
  takeName: string,
  outcome: TakeOutcome,
): { readonly level: EndStatement['level']; readonly text: string } {
  const { account, files, isVerified, problem } = outcome;
  if (account === null)
    return {
      level: 'error',
      text: `${takeName} could not be finalized. ${problem?.message ?? ''} ${problem?.hint ?? ''}`.trim(),
    };
  const { text, tone } = describeOutcome(outcome);
  if (files === 0) return { level: levels[tone], text: `${takeName} has no files: ${text}.` };
  if (!isVerified) return { level: 'error', text: `${takeName} is finalized, but ${text}.` };
  const details = text === '' || text === notComplete ? '' : `; ${text}`;
  // What is wrong beside its files, of the second copy for instance.
  const beside = tone === 'good' && problem !== null ? problem.message : null;
  const grade = account.grade ?? 'unknown';
  const claim = outcome.isProven === false ? unproven(grade) : claims[grade];
  const sentence = `${takeName} is finalized${claim}${details}.`;
  return beside === null
    ? { level: levels[tone], text: sentence }
    : { level: 'warning', text: `${sentence} ${beside}` };
}

/** What counted a file was killed. */
function unproven(grade: LossGrade | 'unknown'): string {
  const isLossy = grade === 'smallLosses' || grade === 'losses';
  return ` and plays, but not every file is proven${isLossy ? `, and ${notComplete}` : ''}`;
}

const claims: Readonly<Record<LossGrade | 'unknown', string>> = {
  complete: ', intact and complete',
  smallLosses: ` and intact, but ${notComplete}`,
  losses: ` and intact, but ${notComplete}`,
  unknown: ' and intact',
};

/** What tells one piece of news from another: that a take has ended, and what it has come to. */
function newsKey({ endedAt, outcome, takeName }: EndedTake): string {
  return JSON.stringify([takeName, endedAt, outcome === null]);
}

/**
 * What is news to whoever knew the list before.
 *
 * @param known null of whoever has just come: what has ended by then is no news
 */
export function newEnds(
  list: readonly EndedTake[] | undefined,
  known: { readonly endedTakes?: readonly EndedTake[] | undefined } | null,
): readonly EndedTake[] {
  if (known === null) return [];
  const told = new Set((known.endedTakes ?? []).map(newsKey));
  return (list ?? []).filter((one) => !told.has(newsKey(one)));
}
