/** What memory is needed for: the files that are being written. What rises when one joins them is no leak. */
export function workloadOf(snapshot: {
  readonly sinks: readonly { readonly file: string; readonly isRecording: boolean }[];
}): string {
  return snapshot.sinks
    .filter(({ isRecording }) => isRecording)
    .map(({ file }) => file)
    .join('\n');
}
