import { soloFormat } from '../../src-main/contract/limits.js';
import type { SoloOutput } from '../stores/solo.js';

/** Between the first piece and its sound: what a piece may come too late. */
const leadSeconds = 0.06;

/**
 * Plays pieces of sound one behind the other. Browsers let only a click or a key begin it: whoever calls this has had one.
 *
 * @param onBlocked told when the browser does not let it be heard, and when it does
 */
export function openSoloOutput(onBlocked: (isBlocked: boolean) => void): SoloOutput {
  const context = new AudioContext({ sampleRate: soloFormat.sampleRateHz, latencyHint: 'interactive' });
  const gain = context.createGain();
  gain.connect(context.destination);
  let isClosed = false;
  /** When the next piece is heard, on the context's clock. */
  let nextAt = 0;
  const tell = (): void => {
    if (!isClosed) onBlocked(context.state === 'suspended');
  };
  const resume = (): void => {
    // Where it is not allowed, some browsers refuse, and others wait for a click without an answer.
    context.resume().then(tell, tell);
  };
  resume();
  context.onstatechange = tell;
  return {
    get queuedMs() {
      return Math.max(0, nextAt - context.currentTime) * 1000;
    },
    play: (samples) => {
      if (samples.length === 0) return;
      const buffer = context.createBuffer(1, samples.length, soloFormat.sampleRateHz);
      buffer.copyToChannel(samples, 0);
      const source = context.createBufferSource();
      source.buffer = buffer;
      source.connect(gain);
      // After a silence it begins anew, a little ahead.
      if (nextAt < context.currentTime) nextAt = context.currentTime + leadSeconds;
      source.start(nextAt);
      nextAt += buffer.duration;
    },
    // What an ear takes for half as loud is about a quarter.
    setVolume: (share) => gain.gain.setTargetAtTime(share * share, context.currentTime, 0.02),
    resume,
    close: () => {
      isClosed = true;
      void context.close();
    },
  };
}
