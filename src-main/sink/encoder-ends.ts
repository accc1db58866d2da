import { PlateauError } from '../contract/errors.js';

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
