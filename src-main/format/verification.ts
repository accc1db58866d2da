import { hasEndedEarly, type Manifest } from '../contract/manifest.js';

// What a verification has found, judged alike by the command and by consoles.

/** A file that was made of one of a take's, as it was found. */
interface MadeFile {
  readonly state: 'asMade' | 'missing' | 'changed' | 'otherSource';
}

/** What of a verification says how a take ended. */
export interface VerifiedTake {
  readonly files: readonly { readonly ok: boolean }[];
  readonly findings: readonly { readonly code: string }[];
}

/** Whether a take ended before it was to, and its files are as they were recorded. */
export function isOnlyEarly(
  { files, findings }: VerifiedTake,
  manifest: Pick<Manifest, 'problem' | 'state'>,
): boolean {
  const areFilesOk = files.length > 0 && files.every(({ ok }) => ok);
  return areFilesOk && hasEndedEarly(manifest) && findings.every(({ code }) => code === 'takeFailed');
}

/** Whether what was made of a take's file is what was made; one that is missing was moved to where it is needed. */
export function isAsMade({ state }: MadeFile): boolean {
  return state === 'asMade' || state === 'missing';
}
