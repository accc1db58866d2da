import { PlateauError } from '../contract/errors.js';
import { ffmpegFailure, namesAnError } from '../ffmpeg/run-ffmpeg.js';
import type { ChildExit } from '../process/child-lifetime.js';
import type { TextTail } from '../process/text-tail.js';

/** ffmpeg's exit code after a signal that it has caught: it ends its file in order. */
const signaledExitCode = 255;
const askingSignals: ReadonlySet<NodeJS.Signals> = new Set<NodeJS.Signals>(['SIGINT', 'SIGTERM', 'SIGHUP']);

/** How long each stage of an end may take, in milliseconds. */
export interface EncoderPatience {
  /** From the end of ffmpeg's input to its own; then it is asked. */
  readonly endMs: number;
  /** From then on; then it is killed. */
  readonly terminateMs: number;
  /** Once it is gone its pipe is read to the end; nothing new for so long means that somebody else holds it open. */
  readonly pipeMs: number;
  /** For both stages together once somebody is in a hurry; then it is killed. */
  readonly hurriedMs: number;
}

/** What a healthy machine never needs. */
export const defaultPatience: EncoderPatience = {
  endMs: 15_000,
  terminateMs: 3_000,
  pipeMs: 5_000,
  hurriedMs: 5_000,
};

/** Somebody else asked ffmpeg to end. They may have asked us, too: who ends a service asks all of its processes. */
export class EndedFromOutside extends PlateauError {
  constructor() {
    super(
      'ffmpegFailed',
      'Somebody on this machine ended ffmpeg while it was recording.',
      'What it wrote so far is kept and plays. Check who ends processes on this machine.',
    );
  }
}

/** ffmpeg did not end by itself when its input had ended. */
export function endedLate(): PlateauError {
  return new PlateauError(
    'ffmpegFailed',
    'ffmpeg did not end in time after its input’s end, and was made to.',
    'The end of the file may be missing. Check what else runs on this machine.',
  );
}

/** Whoever asked us to end may have asked our ffmpeg as well: then it has ended its file in order, like us. */
export function isProperEnd({ code, signal }: ChildExit, stderr: TextTail): boolean {
  return code === 0 || (signal === null && code === signaledExitCode && !namesAnError(stderr));
}

/** Why ffmpeg ended that was not asked to. @param stderr its last words */
export function unaskedEnd({ code, signal }: ChildExit, stderr: TextTail): PlateauError {
  const isAsked = signal === null ? code === signaledExitCode : askingSignals.has(signal);
  if (isAsked && !namesAnError(stderr)) return new EndedFromOutside();
  if (signal === null) return ffmpegFailure('recording', code, stderr);
  return new PlateauError(
    'ffmpegFailed',
    `ffmpeg was ended by ${signal} while it was recording.`,
    'What it wrote so far is kept and plays. Check that there is free memory, and who ends processes on this machine.',
  );
}
