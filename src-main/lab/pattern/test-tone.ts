/** 10 ms at 48 kHz: the only frame size that WebRTC takes without buffering. */
export const audioSampleRateHz = 48_000;
export const audioFrameMs = 10;
export const samplesPerFrame = (audioSampleRateHz * audioFrameMs) / 1000;

/** Length of a flash and of a beep. */
export const markLengthMs = 100;

/** Of full scale: loud, and far from clipping behind a codec. */
const beepAmplitude = 0.5;
/** Between beeps a quiet tone goes on, so that "silent" in a recording means that audio was lost or muted. */
const restAmplitude = 0.02;
/** Far from the beeps' frequencies, and low enough to be pleasant: a detector of loudness does not care. */
const restHz = 220;

/** Whether a moment of the shared clock lies in the mark (flash and beep) at the start of its second. */
export function isInMark(atMs: number): boolean {
  // Half a millisecond of slack: 30 fps slots are no whole milliseconds, and doubles round.
  return (atMs + 0.5) % 1000 < markLengthMs;
}

/**
 * Fills mono 16-bit samples for the frame that starts at a moment of the shared clock. The phase is
 * derived from the clock, so frames join without clicks; a beep starts on its exact sample.
 */
export function fillAudio(samples: Int16Array, frameStartMs: number, beepHz: number): void {
  const startMs = frameStartMs % 1000;
  for (let index = 0; index < samples.length; index += 1) {
    const atMs = startMs + (index * 1000) / audioSampleRateHz;
    // Microseconds of slack against rounding, far less than a sample.
    const isBeep = (atMs + 0.001) % 1000 < markLengthMs;
    // Cosine for the beep: full amplitude on the first sample is the sharpest onset there is.
    const value = isBeep
      ? beepAmplitude * Math.cos(2 * Math.PI * beepHz * (atMs / 1000))
      : restAmplitude * Math.sin(2 * Math.PI * restHz * (atMs / 1000));
    samples[index] = Math.round(value * 32_767);
  }
}
