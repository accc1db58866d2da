/** What an application does without the engine: rtc-node's VideoStream, read frame by frame. */
import {
  dispose,
  type RemoteTrack,
  Room,
  RoomEvent,
  TrackKind,
  type VideoFrameEvent,
  VideoStream,
} from '@livekit/rtc-node';
import { tokenProvider } from '#engine/livekit/connect/token-provider.js';
import { silenceSdkLog } from '#engine/livekit/sdk-log.js';
import { type Frames, readArgumentSchema } from './subject-messages.js';
import { serve } from './subject-process.js';

let video = 0;
let stalled: Promise<void> | null = null;
let resume: () => void = () => undefined;
let room: Room | null = null;

async function read(track: RemoteTrack): Promise<void> {
  const reader: ReadableStreamDefaultReader<VideoFrameEvent> = new VideoStream(track).getReader();
  for (;;) {
    await stalled;
    const { done } = await reader.read();
    if (done) return;
    video += 1;
  }
}

serve({
  start: async (argument) => {
    const { source } = readArgumentSchema.parse(argument);
    silenceSdkLog();
    room = new Room();
    room.on(RoomEvent.TrackSubscribed, (track) => {
      if (track.kind === TrackKind.KIND_VIDEO) void read(track);
    });
    await room.connect(source.url, await tokenProvider(source)(), { autoSubscribe: true, dynacast: false });
    return null;
  },
  frames: (): Frames => ({ video, audio: 0 }),
  /** Stops reading, as an application does whose disk or encoder stands still. */
  stall: () => {
    stalled = new Promise((resolve) => {
      resume = resolve;
    });
    return null;
  },
  resume: () => {
    stalled = null;
    resume();
    return null;
  },
  stop: async () => {
    await room?.disconnect();
    await dispose();
    return null;
  },
});
