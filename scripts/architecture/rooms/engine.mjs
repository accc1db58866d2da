const childProcess = 'node:child_process';
const rtc = ['@livekit/rtc-node', '@livekit/rtc-ffi-bindings'];

/**
 * From the wire to the file, and what everybody may read.
 * @type {readonly import('../rooms.mjs').Room[]}
 */
export const engineRooms = [
  // What everybody may read.
  {
    path: 'src-main/contract',
    purpose: 'What travels or is written: schemas, limits and errors that engine and consoles agree on',
    imports: [],
    packages: ['zod'],
  },
  {
    path: 'src-main/format',
    purpose: 'Bytes, times and verdicts as text, for terminal, window and report alike',
    imports: ['src-main/contract'],
    packages: [],
  },
  {
    path: 'src-main/chart',
    purpose:
      'Charts before they are drawn: buckets, axes, scales and paths, alike in window, image and report',
    imports: [],
    packages: ['d3-scale', 'd3-shape'],
  },
  {
    path: 'src-main/history',
    purpose: 'The numbers of a room since it was joined, in buckets: alike in engine and window',
    imports: ['src-main/chart', 'src-main/contract'],
    packages: [],
  },
  {
    path: 'src-main/version.ts',
    purpose: 'The version of the package',
    imports: [],
    packages: [],
  },

  // From the wire to the disk.
  {
    path: 'src-main/process',
    purpose: 'Child processes: one parent for forks, one staged ending, deadlines, the tail of what they say',
    imports: ['src-main/contract'],
    packages: [childProcess, 'zod'],
  },
  {
    path: 'src-main/pipeline',
    purpose: 'The bounds between wire and disk: queues, clocks, pacing, caps, accounting; knows no library',
    imports: ['src-main/contract'],
    packages: [],
  },
  {
    path: 'src-main/livekit',
    purpose: 'A room as the recorder sees it: joining, staying, subscribing, leaving',
    imports: ['src-main/contract', 'src-main/livekit/connect', 'src-main/livekit/ffi', 'src-main/pipeline'],
    packages: [...rtc, 'zod'],
  },
  {
    path: 'src-main/livekit/connect',
    purpose: 'Addresses, tokens, what a refusal means, and when to try again',
    imports: ['src-main/contract'],
    packages: ['@livekit/rtc-node', 'jose', 'livekit-server-sdk', 'zod'],
  },
  {
    path: 'src-main/livekit/ffi',
    purpose: 'The native streams, opened with a bound, and the watchdog that closes them',
    imports: ['src-main/contract', 'src-main/pipeline'],
    packages: [...rtc, 'node:worker_threads'],
  },
  {
    path: 'src-main/copy/contract.ts',
    purpose: 'What the receive path of copy mode hands on: packets in order, losses, the sender’s clock',
    imports: [],
    packages: [],
  },
  {
    path: 'src-main/copy/rtp',
    purpose: 'Packets before they are frames: headers, order, what is missing, reports; knows no library',
    imports: ['src-main/copy/contract.ts'],
    packages: [],
  },
  {
    path: 'src-main/copy/signal',
    purpose: 'LiveKit’s signaling of someone who only subscribes: messages, offers and answers',
    imports: ['src-main/contract', 'src-main/copy/contract.ts', 'src-main/copy/rtp'],
    packages: ['@livekit/protocol', 'ws'],
  },
  {
    path: 'src-main/copy/transport',
    purpose: 'Datagrams to packets: werift’s ICE and DTLS, and SRTP’s order',
    imports: ['src-main/copy/rtp', 'src-main/copy/signal'],
    packages: ['werift'],
  },
  {
    path: 'src-main/copy/receive',
    purpose: 'A hidden participant that receives everybody’s packets as they were sent',
    imports: [
      'src-main/contract',
      'src-main/copy/contract.ts',
      'src-main/copy/rtp',
      'src-main/copy/signal',
      'src-main/copy/transport',
    ],
    packages: ['@livekit/protocol'],
  },
  {
    path: 'src-main/mp4',
    purpose: 'MP4 by its boxes: fragments read, sample tables kept and written, the head switched',
    imports: ['src-main/contract'],
    packages: [],
  },
  {
    path: 'src-main/ffmpeg',
    purpose: 'ffmpeg as a program: where it is, its arguments, running it to the end, reading its listing',
    imports: ['src-main/contract', 'src-main/process', 'src-main/storage'],
    packages: [],
  },
  {
    path: 'src-main/storage',
    purpose: 'The take’s folder on disk: names, manifest, checksums, free space, errors of the disk',
    imports: ['src-main/contract', 'src-main/process'],
    packages: [],
  },
  {
    path: 'src-main/sink',
    purpose: 'The live way into a file: Matroska to ffmpeg, ffmpeg to disk',
    imports: [
      'src-main/contract',
      'src-main/ffmpeg',
      'src-main/pipeline',
      'src-main/process',
      'src-main/storage',
    ],
    packages: [childProcess],
  },
  {
    path: 'src-main/telemetry',
    purpose: 'Counting and judging: memory, loop lag, budget, verdict, event log',
    imports: ['src-main/contract', 'src-main/format', 'src-main/process', 'src-main/storage'],
    packages: [],
  },
  {
    path: 'src-main/finalize',
    purpose: 'From segments to one verified file on the take’s timeline',
    imports: [
      'src-main/contract',
      'src-main/ffmpeg',
      'src-main/format',
      'src-main/mp4',
      'src-main/process',
      'src-main/storage',
      'src-main/telemetry',
    ],
    packages: ['p-limit', 'zod'],
  },
  {
    path: 'src-main/take',
    purpose: 'One take: its sinks, governor, disk space, telemetry and manifest',
    imports: [
      'src-main/contract',
      'src-main/ffmpeg',
      'src-main/finalize',
      'src-main/format',
      'src-main/livekit',
      'src-main/livekit/ffi',
      'src-main/pipeline',
      'src-main/process',
      'src-main/sink',
      'src-main/storage',
      'src-main/telemetry',
      'src-main/version.ts',
    ],
    packages: [],
  },
  {
    path: 'src-main/recorder',
    purpose: 'The facade: joins a room, runs takes one after another, tells what happens',
    imports: [
      'src-main/contract',
      'src-main/ffmpeg',
      'src-main/format',
      'src-main/livekit',
      'src-main/livekit/connect',
      'src-main/livekit/ffi',
      'src-main/pipeline',
      'src-main/process',
      'src-main/sink',
      'src-main/storage',
      'src-main/take',
      'src-main/telemetry',
      'src-main/version.ts',
    ],
    packages: [],
  },
  {
    path: 'src-main/recovery',
    purpose: 'What an interrupted recorder left: found, finished, verified and stamped',
    imports: [
      'src-main/contract',
      'src-main/finalize',
      'src-main/process',
      'src-main/sink',
      'src-main/storage',
      'src-main/telemetry',
    ],
    packages: [],
  },
  {
    path: 'src-main/report/page',
    purpose: 'What a report’s page is made of: escaped markup, tables, charts as SVG, and its sections',
    imports: ['src-main/chart', 'src-main/contract', 'src-main/format', 'src-main/telemetry'],
    packages: [],
  },
  {
    path: 'src-main/report',
    purpose: 'A take’s telemetry as one HTML file, and two of them compared',
    imports: [
      'src-main/chart',
      'src-main/contract',
      'src-main/format',
      'src-main/report/page',
      'src-main/storage',
      'src-main/telemetry',
    ],
    packages: ['zod'],
  },
];
