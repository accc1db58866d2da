/** Receives a room through the engine's own frame source and drops every frame, uncopied. */
import { shutDownLivekit } from '#engine/livekit/shut-down.js';
import { sessionWith } from './engine-session.js';
import { type Frames, readArgumentSchema } from './subject-messages.js';
import { serve } from './subject-process.js';

let video = 0;
let audio = 0;
let close: (() => Promise<void>) | null = null;

serve({
  start: async (argument) => {
    const session = sessionWith(readArgumentSchema.parse(argument).source, {
      onVideoFrame: (frame) => {
        video += 1;
        frame.dispose();
      },
      onAudioFrame: () => {
        audio += 1;
      },
    });
    close = () => session.close();
    await session.connect();
    return null;
  },
  frames: (): Frames => ({ video, audio }),
  stop: async () => {
    await close?.();
    await shutDownLivekit();
    return null;
  },
});
