export type FindingCode =
  | 'missing'
  | 'empty'
  | 'unreadable'
  | 'streamMissing'
  | 'wrongCodec'
  | 'wrongSize'
  | 'wrongAudioFormat'
  | 'wrongDuration'
  | 'lastFrameUndecodable'
  | 'decodeError'
  | 'checksumMismatch'
  | 'packetsDiffer'
  | 'notComplete'
  | 'notFinalized'
  | 'takeFailed'
  | 'nothingRecorded';

/** Something that is not as it should be. */
export interface Finding {
  readonly code: FindingCode;
  /** One sentence that a person understands. */
  readonly message: string;
}

/** One of them. */
export function finding(code: FindingCode, message: string): Finding {
  return { code, message };
}
