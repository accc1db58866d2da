/** The recorder as a process of its own: the engine's facade and a listener, as a console has it. */
import { copyProfile } from '#engine/contract/profile.js';
import type { Snapshot } from '#engine/contract/snapshot.js';
import { shutDownLivekit } from '#engine/livekit/shut-down.js';
import { Recorder } from '#engine/recorder/recorder.js';
import { recordArgumentSchema } from './subject-messages.js';
import { serve } from './subject-process.js';

const recorder = new Recorder();
const problems: string[] = [];
recorder.on('event', ({ level, message }) => {
  if (level !== 'info' && problems.length < 50) problems.push(message);
});
// A console is listening: without one the recorder would make fewer snapshots.
recorder.on('snapshot', () => undefined);

serve({
  start: async (argument) => {
    const { source, profile, outputFolder } = recordArgumentSchema.parse(argument);
    const mode = profile.name === copyProfile.name ? 'copy' : 'encode';
    await recorder.connect(source, { participants: null, audioOnly: false, mode });
    await recorder.startTake({ outputFolder, profile, audioOnly: false, participants: null, mode });
    return null;
  },
  snapshot: (): Snapshot => recorder.snapshot(),
  /** Warnings and errors so far. */
  problems: () => problems,
  stop: async () => {
    await recorder.disconnect();
    await shutDownLivekit();
    return null;
  },
});
