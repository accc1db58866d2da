/**
 * Every failure that can reach a person, with the exit code a command ends with.
 *
 * Exit codes are part of the command line's contract (docs/exit-codes.md, `plateau --help`): a script decides by
 * them, so a code is never reused for something else.
 */
export const errorExitCodes = {
  /** A defect in Plateau itself. */
  internal: 1,
  /** Arguments or settings that cannot be understood. */
  usage: 2,
  malformedUrl: 2,
  missingRoom: 2,
  missingCredentials: 2,
  unknownProfile: 2,
  /** The server cannot be reached, or the connection was lost for good. */
  serverUnreachable: 3,
  connectionLost: 3,
  /** Signaling stands, and media have no way to this machine. */
  noMediaPath: 3,
  duplicateIdentity: 3,
  /** The process that receives in copy mode is gone, and its connection with it. */
  receiverEnded: 3,
  /** The server said no. */
  unauthorized: 4,
  tokenExpired: 4,
  tokenNotYetValid: 4,
  /** The credentials are right, and do not allow the recorder to receive anything. */
  notAllowed: 4,
  roomNotFound: 4,
  /** Where the take is to be written. */
  outputUnwritable: 5,
  diskFull: 5,
  /** The system's limit of open files (`ulimit -n`) is reached, or too low to record at all. */
  tooManyOpenFiles: 5,
  /** Programs that have to be installed. */
  ffmpegMissing: 6,
  ffmpegFailed: 6,
  /** It runs, and cannot do what the take needs: an encoder is missing, or it is too old. */
  ffmpegUnsuitable: 6,
  livekitServerMissing: 6,
  livekitServerFailed: 6,
  /** The take was written but does not hold what it should. */
  verificationFailed: 7,
  nothingRecorded: 7,
  /** The program had to end before the take's files were finalized: they play, and can be recovered. */
  takeNotFinalized: 7,
  /** The take's files play, and the program ended before they were checked. */
  takeNotChecked: 15,
  /** A track that is missing from it, and why: the server did not hand it over, or this machine holds no more. */
  subscriptionFailed: 7,
  trackWithheld: 7,
  encryptedTrack: 7,
  tooManyStreams: 7,
  /** The take is as it was written, and something that should be in it never came or was lost. */
  recordedWithLosses: 8,
  tooManyFiles: 7,
  /** Every file is what was received, and a track that was on delivered nothing, or less than it should. */
  signalMissing: 9,
  /** The take is as it should be, and its second copy is not. */
  backupIncomplete: 16,
  /** A recorder above the budget that it said it would keep to: the answer of a command that asks is no. */
  overBudget: 11,
  /** A command that asks could not find out. */
  undecided: 12,
  /** The take is as it should be, and MP4 files that were to be made of it are not there, or not all of them. */
  deliverablesIncomplete: 17,
  /** No folder of a take, and no report, is where it was said to be. */
  takeNotFound: 13,
  /** A command that does not fit the recorder's state. */
  invalidState: 14,
  /** Another process records the take, or recovers it. */
  takeInUse: 14,
} as const;

export type ErrorCode = keyof typeof errorExitCodes;

/**
 * What a command that asks something (`soak`, `compare`, `unbounded`) ends with when it ran to its end. Beside 0 they are
 * none of the codes that another failure has.
 */
export const answerExitCodes = { yes: 0, notComparable: 10, no: 11, undecided: 12 } as const;

/** Exit code after a second Ctrl-C: 128 + SIGINT, the shell's convention. */
export const interruptedExitCode = 130;

/** What a console receives of a failure: never a stack, a path of this machine's code or a secret. */
export interface ErrorReport {
  readonly code: ErrorCode;
  /** One sentence that a person understands. */
  readonly message: string;
  /** What to do about it. */
  readonly hint: string;
}

/** A failure with a code, a sentence and a hint. The original is kept as `cause` for the event log. */
export class PlateauError extends Error {
  override readonly name = 'PlateauError';
  readonly code: ErrorCode;
  readonly hint: string;

  constructor(code: ErrorCode, message: string, hint: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.hint = hint;
  }

  /** What a command ends with because of it: {@link errorExitCodes}. */
  get exitCode(): number {
    return errorExitCodes[this.code];
  }

  /** What may leave the process: neither the stack nor the cause. */
  toReport(): ErrorReport {
    return { code: this.code, message: this.message, hint: this.hint };
  }
}

/**
 * Turns whatever was thrown into a {@link PlateauError}; unknown throws become `internal`. One thing that any relative path throws
 * is known: `usage` where the working folder is gone.
 */
export function toPlateauError(thrown: unknown): PlateauError {
  if (thrown instanceof PlateauError) return thrown;
  if (thrown instanceof Error && 'syscall' in thrown && thrown.syscall === 'uv_cwd') {
    return new PlateauError(
      'usage',
      'The folder that this was started in is gone, or cannot be read, so that a relative path leads nowhere.',
      'Change to another folder (cd), and start it from there.',
      { cause: thrown },
    );
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new PlateauError(
    'internal',
    `Plateau failed unexpectedly: ${message}`,
    'This is a defect in Plateau. What was recorded so far is in the take folder; please report it with the take’s telemetry.ndjson.',
    { cause: thrown },
  );
}

/** The error of joining a room that was left meanwhile. */
export function leftMeanwhile(): PlateauError {
  return new PlateauError('invalidState', 'The room was left while it was being joined.', 'Join it again.');
}

export type Result<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ErrorReport };
