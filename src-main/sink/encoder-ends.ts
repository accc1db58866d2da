import { PlateauError } from '../contract/errors.js';

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
