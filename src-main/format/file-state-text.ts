import type { ManifestFile } from '../contract/manifest.js';

/** How a file of a take stands: as its manifest says it, and whether that was proven. */
export type FileCondition = ManifestFile['state'] | 'unproven';

/** What has become of a file that was intact: it is not there, has another size, or a verification has found that it is another. */
export type FileAfterwards = 'gone' | 'changed' | 'notIntact';

/** How a file stands, in the words of the window, of the terminal and of a report. */
export const fileWords: Readonly<Record<FileCondition | FileAfterwards, string>> = {
  verified: 'intact',
  unproven: 'plays, not proven',
  fragmented: 'fragmented',
  damaged: 'damaged',
  recording: 'recording',
  unchecked: 'not checked yet',
  gone: 'not there',
  changed: 'changed',
  notIntact: 'not intact',
};

/** What is read of a file in a manifest, or in a list of takes. Older versions left the stamps out. */
export interface FileOfTake<State extends string = string> {
  readonly state: State;
  readonly stamps?: { readonly intact: { readonly isEarned: boolean } } | undefined;
}

/**
 * A file that plays may be what its encoder wrote, and nobody has counted it: so it is after a recovery, when the process
 * that counted is gone.
 */
export function fileConditionOf<State extends string>({
  state,
  stamps,
}: FileOfTake<State>): State | 'unproven' {
  return state === 'verified' && stamps?.intact.isEarned === false ? 'unproven' : state;
}

/**
 * The same in words; a state of another version is said as it is.
 *
 * @param isInterrupted nobody records the take any more, and its files were not finished
 */
export function fileWordOf(file: FileOfTake, isInterrupted = false): string {
  if (isInterrupted && file.state === 'recording') return 'not finished';
  const condition = fileConditionOf(file);
  return (fileWords as Readonly<Record<string, string>>)[condition] ?? condition;
}
