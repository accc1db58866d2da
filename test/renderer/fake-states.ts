import type { ConsoleState } from '../../src-main/contract/console.js';
import type { ConsoleParticipant } from '../../src-main/contract/console-participant.js';
import type { Marker } from '../../src-main/contract/manifest.js';
import type { Settings } from '../../src-main/contract/settings.js';
import type { TakeCondition, TakeEntry, TrashedTake } from '../../src-main/contract/takes.js';
import { verdictAt } from './fake-numbers.js';

export function settings(change: Partial<Settings> = {}): Settings {
  return {
    url: '',
    room: '',
    credentialKind: 'apiKey',
    apiKey: '',
    outputFolder: '/home/studio/takes',
    fallbackFolder: '',
    backupFolder: '',
    takeMode: 'encode',
    profileName: '720p30',
    container: 'mp4',
    crf: 23,
    audioOnly: false,
    armsNewcomers: 'on',
    memoryCeilingMegabytes: null,
    maxFiles: null,
    furtherAudio: 'file',
    replaySeconds: null,
    splitEveryMinutes: null,
    countdownSeconds: null,
    makesMp4: false,
    mp4Fps: 30,
    mp4Size: 'source',
    recentRooms: [],
    theme: 'system',
    ...change,
  };
}

/** Started for the first time: no server is known. */
export function idleState(): ConsoleState {
  return {
    schema: 'plateau.console/2',
    version: '0.1.0',
    recorder: 'idle',
    connection: 'disconnected',
    source: null,
    participants: [],
    take: null,
    soak: null,
    faults: [],
    finalizingFraction: null,
    problem: null,
    earlierConnections: { count: 2, bytes: 900_000 },
    settings: settings(),
    remembered: { hasToken: false, hasApiSecret: false },
    host: {
      kind: 'electron',
      keepsSecrets: true,
      hasFileManager: true,
      canRestart: true,
      mediaBaseUrl: '/media/',
    },
  };
}

type Track = ConsoleParticipant['tracks'][number];

function track(role: Track['role'], change: Partial<Track> = {}): Track {
  const isVideo = role === 'camera' || role === 'screenShare';
  return {
    role,
    kind: isVideo ? 'video' : 'audio',
    isMuted: false,
    isSubscribed: true,
    isEncrypted: false,
    declaredSize: isVideo ? { width: 1280, height: 720 } : null,
    ...change,
  };
}

export function people(): ConsoleParticipant[] {
  const person = (identity: string, name: string, tracks: Track[]): ConsoleParticipant => ({
    identity,
    name,
    isPresent: true,
    isArmed: true,
    tracks,
  });
  return [
    person('ada', 'Ada Lovelace', [track('camera'), track('microphone'), track('screenShare')]),
    person('ben', 'Ben', [track('camera', { isMuted: true }), track('microphone', { isMuted: true })]),
    person('eve', 'Eve, from the studio on the other side of the river', [
      track('camera'),
      track('microphone'),
    ]),
    {
      ...person('max', '', [track('camera', { isEncrypted: true, needsKey: true, isSubscribed: false })]),
      isArmed: false,
    },
  ];
}

/** So many people who are only heard; every fifth has looked in and left. */
export function listeners(count: number): ConsoleParticipant[] {
  return Array.from({ length: count }, (_, index) => ({
    identity: `listener-${index}`,
    name: index % 7 === 3 ? 'A listener with a name that is longer than any row' : `Listener ${index}`,
    isPresent: index % 5 !== 4,
    isArmed: true,
    tracks: index % 5 === 4 ? [] : [track('microphone', { isMuted: index % 3 === 0 })],
  }));
}

/** So many guests with camera and microphone. */
export function guests(count: number): ConsoleParticipant[] {
  const names = [
    'Ada Lovelace',
    'Ben',
    'Eve, from the studio on the other side of the river',
    'Grace Hopper',
  ];
  return Array.from({ length: count }, (_, index) => ({
    identity: `guest-${index}`,
    name: names[index] ?? `Guest ${index + 1}`,
    isPresent: true,
    isArmed: true,
    tracks: [track('camera'), track('microphone', { isMuted: index % 5 === 4 })],
  }));
}

export const room = { kind: 'server', host: 'my-project.livekit.cloud', room: 'standup' } as const;

function take(index: number, condition: TakeCondition, change: Partial<TakeEntry> = {}): TakeEntry {
  const startedAt = new Date(Date.UTC(2026, 10, 24, 9, 0) - index * 79_000_000);
  const takeName = `standup-${startedAt.toISOString().slice(0, 10).replaceAll('-', '')}-090000`;
  return {
    takeName,
    room: 'standup',
    startedAt: startedAt.toISOString(),
    durationMs: 1_834_000 + index * 60_000,
    sizeBytes: 1_260_000_000,
    condition,
    path: `/home/studio/takes/${takeName}`,
    files: ['ada', 'ben', 'eve'].map((identity, place) => ({
      file: `${identity}.mp4`,
      identity,
      participantName: identity === 'ada' ? 'Ada Lovelace' : identity,
      kind: 'participant',
      trackNumber: 1,
      hasVideo: true,
      state: condition === 'damaged' && place === 1 ? 'damaged' : 'verified',
      durationMs: 1_834_000,
      sizeBytes: 420_000_000,
      problem: condition === 'damaged' && place === 1 ? 'The file ends in the middle of a fragment.' : null,
    })),
    ...change,
  };
}

/** Those of a take of copy mode. */
function copiedFiles(): TakeEntry['files'] {
  return take(0, 'verified').files.map((entry) => ({ ...entry, file: entry.file.replace('.mp4', '.mkv') }));
}

export function markers(): Marker[] {
  return [
    { takeMs: 61_200, label: 'Opening' },
    {
      takeMs: 754_000,
      label: 'Ben explains the numbers',
      note: 'Cut the pause before it.\nAsk Ada for the slide.',
    },
    { takeMs: 1_502_700, label: 'Questions' },
  ];
}

export function takes(): TakeEntry[] {
  return [
    take(0, 'verified', {
      markers: markers(),
      isComplete: true,
      content: { grade: 'complete', worstShare: 0, gaps: 0 },
      memory: {
        ...{ word: 'FLAT', verdict: verdictAt(1_834_000, 'calm'), peakRssBytes: 183e6 },
        ...{ budgetBytes: 460e6, exceededCeilingBytes: null },
      },
    }),
    take(1, 'interrupted', { room: 'interview with a room whose name is rather long' }),
    take(2, 'damaged', {
      title: 'Opening of the conference',
      note: 'Ben’s line was bad.\nAsk him for his own file.',
    }),
    take(4, 'verified', {
      isComplete: false,
      content: { grade: 'losses', worstShare: 0.37, gaps: 3 },
      losses: {
        video: { dueFrames: 162_000, lostFrames: 20_385, missedFrames: 12 },
        audio: { dueMs: 5_502_000, lostMs: 12_000 },
      },
    }),
    take(5, 'verified', {
      mode: 'copy',
      files: copiedFiles(),
      isComplete: false,
      content: { grade: 'smallLosses', worstShare: 0.004, gaps: 0 },
    }),
    take(3, 'empty', { files: [], durationMs: null }),
    take(6, 'endedEarly'),
    take(7, 'fragmented'),
  ];
}

export function trash(): TrashedTake[] {
  return [
    {
      id: '1795683600000',
      takeName: 'standup-20261120-090000',
      deletedAt: '2026-11-26T09:00:00.000Z',
      sizeBytes: 1_260_000_000,
    },
    {
      id: '1795597200000',
      takeName: 'an interview in a room whose name is longer than a line-20261119-160000',
      deletedAt: '2026-11-25T09:00:00.000Z',
      sizeBytes: 570_000_000,
    },
  ];
}

/** MP4 files that were made of a take. */
export function deliverablesOf({ files }: Pick<TakeEntry, 'files'>): NonNullable<TakeEntry['deliverables']> {
  return files.map(({ file, hasVideo }, index) => ({
    file: file.replace(/\.mkv$/, hasVideo ? '.mp4' : '.m4a'),
    source: file,
    sizeBytes: 210_000_000 - index * 60_000_000,
    settings: { fps: 30, size: 'source' },
  }));
}
