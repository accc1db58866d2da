import type { Snapshot } from '../../src-main/contract/snapshot.js';
import { formatBytes } from '../../src-main/format/bytes.js';

export interface Saving {
  /** Null while everything is recorded. */
  readonly title: string | null;
  /** A few words beside it. */
  readonly note: string;
  readonly explanation: string;
}

/** What the memory governor has reduced, in words. */
export function describeSaving(snapshot: Snapshot | null): Saving {
  const governor = snapshot?.governor ?? null;
  if (snapshot === null || governor === null || governor.step === 0) {
    return { title: null, note: '', explanation: '' };
  }
  const { step, stepCount, action, limitBytes, limitedBy } = governor;
  const used = formatBytes(snapshot.memory.rssBytes);
  const of = limitBytes === null ? '' : ` of a ${limitedBy ?? 'limit'} of ${formatBytes(limitBytes)}`;
  return {
    title: `Saving memory: ${action}`,
    note: `step ${step} of ${stepCount}, ${used}${of}`,
    explanation: `Memory is at ${used}${of}. Video quality is reduced before the limit is reached and restored once memory falls; audio is never touched.`,
  };
}
