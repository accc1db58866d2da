const rtc = ['@livekit/rtc-node', '@livekit/rtc-ffi-bindings'];

/**
 * The lab: a room, its participants, and what can go wrong.
 * @type {readonly import('../rooms.mjs').Room[]}
 */
export const labRooms = [
  {
    path: 'src-main/lab/server',
    purpose: 'A livekit-server on this machine',
    imports: ['src-main/contract', 'src-main/process', 'src-main/storage'],
    packages: [],
  },
  {
    path: 'src-main/lab/pattern',
    purpose: 'What synthetic participants send: counter, flash, beep',
    imports: [],
    packages: [],
  },
  {
    path: 'src-main/lab/content',
    purpose: 'Reads counters, flashes and beeps back from a file',
    imports: ['src-main/contract', 'src-main/ffmpeg', 'src-main/lab/pattern', 'src-main/process'],
    packages: [],
  },
  {
    path: 'src-main/lab/network',
    purpose: 'A slow way to the server',
    imports: ['src-main/process'],
    packages: ['@livekit/protocol', 'ws', 'zod'],
  },
  {
    path: 'src-main/lab/rtp',
    purpose: 'Sends encoded media to a LiveKit server: packets, signalling, and werift as transport',
    imports: ['src-main/contract', 'src-main/copy/signal', 'src-main/copy/transport'],
    packages: ['@livekit/protocol', 'werift', 'ws'],
  },
  {
    path: 'src-main/lab/clip',
    purpose: 'Clips with counter, flash and beep, encoded once and kept in the user’s cache',
    imports: [
      'src-main/contract',
      'src-main/ffmpeg',
      'src-main/lab/pattern',
      'src-main/lab/rtp',
      'src-main/process',
    ],
    packages: ['node:child_process'],
  },
  {
    path: 'src-main/lab/room',
    purpose: 'Synthetic participants in processes of their own, and the demo room',
    imports: [
      'src-main/contract',
      'src-main/lab/clip',
      'src-main/lab/network',
      'src-main/lab/pattern',
      'src-main/lab/rtp',
      'src-main/lab/server',
      'src-main/livekit/connect',
      'src-main/process',
    ],
    packages: [...rtc, 'zod'],
  },
  {
    path: 'src-main/lab/unbounded',
    purpose: 'The same take without caps, made of the SDK’s own streams, to show what caps are for',
    imports: [
      'src-main/contract',
      'src-main/ffmpeg',
      'src-main/format',
      'src-main/livekit',
      'src-main/livekit/connect',
      'src-main/pipeline',
      'src-main/process',
      'src-main/recorder',
      'src-main/sink',
      'src-main/storage',
      'src-main/telemetry',
    ],
    packages: ['@livekit/rtc-node', 'zod'],
  },
  {
    path: 'src-main/lab/faults',
    purpose: 'Injects faults into disk, ffmpeg, network and participants, and ends them',
    imports: [
      'src-main/contract',
      'src-main/lab/network',
      'src-main/lab/room',
      'src-main/lab/unbounded',
      'src-main/recorder',
    ],
    packages: [],
  },
  {
    path: 'src-main/lab/soak',
    purpose: 'Many connections or takes one after another, and what each leaves behind',
    imports: ['src-main/contract', 'src-main/livekit', 'src-main/recorder', 'src-main/telemetry'],
    packages: [],
  },
];
