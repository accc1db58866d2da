/** What is known of a file, in a snapshot as in a manifest. */
export interface LabeledFile {
  readonly kind: 'participant' | 'screenShare';
  readonly trackNumber: number;
  readonly hasVideo: boolean;
}

/** What a file holds beside the participant's name: nothing, `screen`, `camera 2`, `microphone 2`, `screen audio 2`. */
export function fileLabel({ kind, trackNumber, hasVideo }: LabeledFile): string {
  if (trackNumber === 1) return kind === 'screenShare' ? 'screen' : '';
  const what =
    kind === 'screenShare' ? (hasVideo ? 'screen' : 'screen audio') : hasVideo ? 'camera' : 'microphone';
  return `${what} ${trackNumber}`;
}
