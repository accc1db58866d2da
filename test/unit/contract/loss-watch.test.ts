import { describe, expect, it } from 'vitest';
import { type LossAlarm, LossWatch } from '../../../src-main/contract/loss-watch.js';
import type { SinkSnapshot, Snapshot } from '../../../src-main/contract/snapshot.js';
import { lossTitles } from '../../../src-main/format/loss-titles.js';
import { adviseOnLoss, lossAmount, lossTone } from '../../../src-renderer/derive/loss-text.js';
import { snapshot } from '../renderer/stores/snapshots.js';

interface Lost {
  readonly video?: Partial<NonNullable<SinkSnapshot['video']>['accounting']['dropped']>;
  readonly missedFrames?: number;
  readonly audio?: Partial<SinkSnapshot['audio']['accounting']['dropped']>;
  readonly lostMs?: number;
  readonly unheardMs?: number;
  readonly change?: Partial<SinkSnapshot>;
  readonly size?: { readonly width: number; readonly height: number };
}

function sink(identity: string, lost: Lost = {}): SinkSnapshot {
  const [calm] = snapshot(1000).sinks;
  if (calm === undefined || calm.video === null) throw new Error('the fake has a frame');
  const { video, audio } = calm;
  const dropped = (own: Lost['video'], account: typeof video.accounting): typeof video.accounting => ({
    ...account,
    dropped: { ...account.dropped, ...own },
  });
  return {
    ...calm,
    file: `${identity}.mp4`,
    identity,
    participantName: '',
    video: {
      ...video,
      ...lost.size,
      missedFrames: lost.missedFrames ?? 0,
      accounting: dropped(lost.video, video.accounting),
    },
    audio: {
      ...audio,
      ...{ lostMs: lost.lostMs ?? 0, unheardMs: lost.unheardMs ?? 0 },
      accounting: dropped(lost.audio, audio.accounting),
    },
    ...lost.change,
  };
}

/** Plays what each participant has lost by each moment of a take, and returns the watch. */
function watch(
  steps: readonly (readonly [takeMs: number, Readonly<Record<string, Lost>>, Partial<Snapshot>?])[],
) {
  const losses = new LossWatch();
  play(losses, steps);
  return losses;
}

function play(losses: LossWatch, steps: Parameters<typeof watch>[0]): void {
  for (const [takeMs, people, change] of steps) {
    const sinks = Object.entries(people).map(([identity, lost]) => sink(identity, lost));
    losses.accept({ ...snapshot(takeMs), sinks, ...change });
  }
}

const settings = {
  profileName: '720p30',
  audioOnly: false,
  crf: 23,
  memoryCeilingMegabytes: null,
  maxFiles: null,
  furtherAudio: 'file',
  replaySeconds: null,
  splitEveryMinutes: null,
  countdownSeconds: null,
  recentRooms: [],
  container: 'mp4',
  takeMode: 'encode',
} as const;

function titles({ alarm }: LossWatch): string[] {
  return alarm === null ? [] : lossTitles(alarm);
}

function alarmOf({ alarm }: LossWatch): LossAlarm {
  if (alarm === null) throw new Error('there is no alarm');
  return alarm;
}

const full = { queueFull: 6 };

describe('LossWatch', () => {
  it('is silent while nothing is lost, and about what is dropped by design', () => {
    const losses = watch([
      [0, { ada: {} }],
      [100, { ada: { video: { paced: 30, notRecording: 30, endOfTrack: 3 } } }],
      [1_200, { ada: { video: { paced: 60, notRecording: 30, endOfTrack: 3 } } }],
    ]);
    expect(losses.alarm).toBeNull();
  });

  it('tells with the first frames of a full queue who loses video, and why', () => {
    const losses = watch([
      [0, { ada: {}, ben: {}, eve: {} }],
      [100, { ada: { video: full }, ben: { video: { byteCap: 4 } }, eve: {} }],
    ]);
    expect(titles(losses)).toEqual(['LOSING VIDEO: ADA, BEN – encoder behind']);
    expect(lossAmount(alarmOf(losses))).toBe('10 frames');
    expect(lossTone(alarmOf(losses))).toBe('warning');
  });

  it('leaves a frame now and then to the account', () => {
    const steps = Array.from(
      { length: 40 },
      (_, index) => [index * 500, { ada: { missedFrames: Math.floor(index / 2) } }] as const,
    );
    expect(watch(steps).alarm).toBeNull();
  });

  it('tells what was lost before this window was there: all of it, until it is acknowledged', () => {
    const early = { video: { queueFull: 900 }, audio: { queueFull: 400 } };
    const losses = watch([[60_000, { ada: early }]]);
    expect(titles(losses)).toEqual(['LOST AUDIO AND VIDEO: ADA – encoder behind']);
    expect(lossAmount(alarmOf(losses))).toBe('900 frames and 4.0 s of audio');
    play(losses, [[60_500, { ada: { ...early, video: { queueFull: 910 } } }]]);
    expect(lossAmount(alarmOf(losses))).toBe('910 frames and 4.0 s of audio');
    losses.acknowledge();
    expect(losses.alarm).toBeNull();
  });

  it('leaves what was little, and before this window was there, to the account', () => {
    const { video } = sink('ada', { missedFrames: 8 });
    if (video === null) throw new Error('the fake has a frame');
    const long = { ...video, accounting: { ...video.accounting, received: 1_800 } };
    expect(watch([[60_000, { ada: { lostMs: 300, change: { video: long } } }]]).alarm).toBeNull();
  });

  it('tells afterwards what most of it was lost to, not what came last', () => {
    const losses = watch([
      [0, { ada: {} }],
      [300, { ada: { video: { queueFull: 600 } } }],
      [600, { ada: { video: { queueFull: 600, outOfOrder: 8 } } }],
    ]);
    expect(titles(losses)).toEqual(['LOSING VIDEO: ADA – timestamps out of order']);
    play(losses, [[60_000, { ada: { video: { queueFull: 600, outOfOrder: 8 } } }]]);
    expect(titles(losses)).toEqual(['LOST VIDEO: ADA – encoder behind']);
  });

  it('does not blame a sender for times that a late recorder made', () => {
    const late = { eventLoop: { p50Ms: 1, p99Ms: 900, maxMs: 8_000 } };
    const losses = watch([
      [0, { ada: {} }],
      [8_300, { ada: { video: { outOfOrder: 40 } } }, late],
    ]);
    expect(titles(losses)).toEqual(['LOSING VIDEO: ADA – recorder busy']);
  });

  it('tells of audio at once, in red and first, and does not count its silence again', () => {
    const losses = watch([
      [0, { ada: {}, ben: {} }],
      [100, { ada: { audio: { queueFull: 12 } }, ben: { video: full } }],
    ]);
    expect(titles(losses)).toEqual([
      'LOSING AUDIO: ADA – encoder behind',
      'LOSING VIDEO: BEN – encoder behind',
    ]);
    expect(lossTone(alarmOf(losses))).toBe('error');
    // The encoder goes on, and silence is written for what was dropped.
    play(losses, [[600, { ada: { audio: { queueFull: 12 }, lostMs: 120 }, ben: { video: full } }]]);
    expect(lossAmount(alarmOf(losses))).toBe('6 frames and 120 ms of audio'.replace('120 ms', '0.1 s'));
  });

  it('tells a file that loses both once', () => {
    const both = { video: { sinkFailed: 20 }, audio: { sinkFailed: 30 } };
    const losses = watch([
      [0, { ada: {} }],
      [200, { ada: both }],
    ]);
    expect(titles(losses)).toEqual(['LOSING AUDIO AND VIDEO: ADA – encoder failed']);
    expect(lossTone(alarmOf(losses))).toBe('error');
  });

  it.each<[string, Lost, Partial<Snapshot>, string]>([
    ['a full disk queue', { video: full, change: { diskQueueBytes: 60 * 1024 * 1024 } }, {}, 'disk behind'],
    ['the governor', { video: { governed: 15 } }, {}, 'saving memory'],
    ['an encoder that ended', { video: { sinkFailed: 9, queueFull: 4 } }, {}, 'encoder failed'],
    ['frames that never came', { missedFrames: 5 }, {}, 'lost on the network'],
    ['audio that never came', { lostMs: 300 }, {}, 'lost on the network'],
    ['the watchdog', { missedFrames: 40 }, { watchdogTrips: 1 }, 'recorder busy'],
    [
      'a blocked event loop',
      { missedFrames: 9 },
      { eventLoop: { p50Ms: 1, p99Ms: 400, maxMs: 700 } },
      'recorder busy',
    ],
    ['frames that came too late', { video: { tooLate: 8 } }, {}, 'lost on the network'],
    ['times that go back', { video: { outOfOrder: 8 } }, {}, 'timestamps out of order'],
    ['audio whose place was taken', { audio: { outOfOrder: 29 } }, {}, 'lost on the network'],
  ])('names %s', (_, lost, change, cause) => {
    const losses = watch([
      [0, { ada: {} }],
      [300, { ada: lost }, change],
    ]);
    expect(titles(losses)).toEqual([expect.stringContaining(`– ${cause}`)]);
  });

  it('knows what a late event loop has cost when that is decided a while later, and not for ever', () => {
    const late = { eventLoop: { p50Ms: 1, p99Ms: 900, maxMs: 3_000 } };
    const losses = watch([
      [0, { ada: {}, ben: {} }],
      [3_300, { ada: {}, ben: {} }, late],
      [5_900, { ada: { missedFrames: 40 }, ben: {} }],
      [12_000, { ada: { missedFrames: 40 }, ben: { missedFrames: 40 } }],
    ]);
    expect(titles(losses)).toEqual([
      'LOSING VIDEO: BEN – lost on the network',
      'LOST VIDEO: ADA – recorder busy',
    ]);
  });

  it('stays when it is over, in the past, until it is acknowledged', () => {
    const losses = watch([
      [0, { ada: {} }],
      [100, { ada: { video: full } }],
      [60_000, { ada: { video: full } }],
    ]);
    expect(titles(losses)).toEqual(['LOST VIDEO: ADA – encoder behind']);
    expect(alarmOf(losses).isLosing).toBe(false);
    losses.acknowledge();
    expect(losses.alarm).toBeNull();
    play(losses, [[61_000, { ada: { video: full } }]]);
    expect(losses.alarm).toBeNull();
  });

  it('comes back after that with another stream, and with a new loss of the same', () => {
    const losses = watch([
      [0, { ada: {}, ben: {} }],
      [100, { ada: { video: full }, ben: {} }],
    ]);
    losses.acknowledge();
    play(losses, [[600, { ada: { video: { queueFull: 30 } }, ben: {} }]]);
    expect(losses.alarm).toBeNull();
    play(losses, [[700, { ada: { video: { queueFull: 33 } }, ben: { video: full } }]]);
    expect(titles(losses)).toEqual(['LOSING VIDEO: BEN – encoder behind']);
    losses.acknowledge();
    const later = { video: { queueFull: 33 } };
    play(losses, [
      [9_000, { ada: later, ben: { video: full } }],
      [9_100, { ada: { video: { queueFull: 43 } }, ben: { video: full } }],
    ]);
    expect(titles(losses)).toEqual(['LOSING VIDEO: ADA – encoder behind']);
    expect(lossAmount(alarmOf(losses))).toBe('10 frames');
  });

  it('comes back when the same stream loses for another reason', () => {
    const losses = watch([
      [0, { ada: {} }],
      [100, { ada: { missedFrames: 9 } }],
    ]);
    losses.acknowledge();
    play(losses, [[300, { ada: { missedFrames: 9, video: full } }]]);
    expect(titles(losses)).toEqual(['LOSING VIDEO: ADA – encoder behind']);
  });

  it('begins anew with a take, and in another room', () => {
    const steps = [
      [0, { ada: {} }],
      [100, { ada: { video: full } }],
    ] as const;
    const losses = watch(steps);
    losses.accept({ ...snapshot(100), takeMs: null });
    expect(titles(losses)).toEqual(['LOST VIDEO: ADA – encoder behind']);
    play(losses, [[0, { ada: {} }]]);
    expect(losses.alarm).toBeNull();
    play(losses, steps);
    losses.reset();
    expect(losses.alarm).toBeNull();
  });

  it('keeps the names of a large room short', () => {
    const people = ['ada', 'ben', 'cem', 'dan', 'eve'];
    const all = (lost: Lost): Record<string, Lost> =>
      Object.fromEntries(people.map((identity) => [identity, lost]));
    const losses = watch([
      [0, all({})],
      [100, all({ video: full })],
    ]);
    expect(titles(losses)).toEqual(['LOSING VIDEO: ADA, BEN, CEM and 2 more – encoder behind']);
  });
});

describe('the advice', () => {
  const losing = (lost: Lost): LossAlarm =>
    alarmOf(
      watch([
        [0, { ada: {} }],
        [100, { ada: lost }],
      ]),
    );
  const small = { width: 640, height: 360 };

  it.each([
    [
      'a smaller profile',
      { profileName: '1080p30' },
      { width: 1920, height: 1080 },
      { profileName: '720p30' },
    ],
    ['the source’s own size, when it is enlarged', {}, small, { profileName: 'source' }],
    ['no enlarging to 1080p', { profileName: '1080p30' }, small, { profileName: 'source' }],
    ['audio only, when video is as small as it gets', {}, undefined, { audioOnly: true }],
    ['a profile for large sources', { profileName: 'source' }, undefined, { profileName: '720p30' }],
    ['audio only of small sources', { profileName: 'source' }, small, { audioOnly: true }],
  ] as const)('for an encoder that is behind is %s', (_, change, size, wanted) => {
    const alarm = losing({ video: full, ...(size === undefined ? {} : { size }) });
    const { action } = adviseOnLoss(alarm, { ...settings, ...change }, null);
    expect(action).toMatchObject({ change: wanted, isForNow: false });
  });

  it('has no button where nothing is left to give up', () => {
    const alarm = losing({ audio: { queueFull: 20 } });
    expect(adviseOnLoss(alarm, { ...settings, audioOnly: true }, null).action).toBeNull();
    expect(adviseOnLoss(losing({ missedFrames: 9 }), settings, null).action).toBeNull();
    expect(adviseOnLoss(losing({ video: { sinkFailed: 9 } }), settings, null).action).toBeNull();
  });

  it('takes a ceiling away while the take runs', () => {
    const governor = snapshot(0).governor;
    if (governor === null) throw new Error('the fake has a governor');
    const alarm = losing({ video: { governed: 15 } });
    const limited = { ...settings, memoryCeilingMegabytes: 200 };
    expect(adviseOnLoss(alarm, limited, { ...governor, limitedBy: 'ceiling' }).action).toMatchObject({
      change: { memoryCeilingMegabytes: null },
      isForNow: true,
    });
    expect(adviseOnLoss(alarm, settings, { ...governor, limitedBy: 'budget' }).action).toMatchObject({
      isForNow: false,
    });
  });

  it('is to copy what is sent, where that can be had at once, and tells how far that is', () => {
    const alarm = losing({ video: full });
    expect(adviseOnLoss(alarm, settings, null, 'may').action).toEqual({
      label: 'Copy from now on',
      command: 'continueCopied',
    });
    for (const copy of ['goingOver', 'is'] as const)
      expect(adviseOnLoss(alarm, settings, null, copy).action).toBeNull();
    // It helps against nothing else.
    const slowDisk = losing({ video: full, change: { diskQueueBytes: 64 * 1024 * 1024 } });
    expect(adviseOnLoss(slowDisk, settings, null, 'may').action).toMatchObject({ change: { crf: 28 } });
  });

  it('asks a slow disk for less', () => {
    const alarm = losing({ video: full, change: { diskQueueBytes: 64 * 1024 * 1024 } });
    expect(adviseOnLoss(alarm, settings, null).action).toMatchObject({ change: { crf: 28 } });
    expect(adviseOnLoss(alarm, { ...settings, crf: 30 }, null).action).toBeNull();
  });
});

it('knows which files lose something now, also when that was acknowledged', () => {
  const losses = watch([
    [0, { ada: {}, ben: {} }],
    [500, { ada: { video: { queueFull: 10 } }, ben: {} }],
  ]);
  expect(losses.losing).toEqual(['ada.mp4']);
  losses.acknowledge();
  expect(losses.alarm).toBeNull();
  expect(losses.losing).toEqual(['ada.mp4']);
  play(losses, [[1_000, { ada: { video: { queueFull: 20 } }, ben: {} }]]);
  const same = losses.losing;
  play(losses, [[1_100, { ada: { video: { queueFull: 20 } }, ben: {} }]]);
  expect(losses.losing).toBe(same);
  play(losses, [[4_500, { ada: { video: { queueFull: 20 } }, ben: {} }]]);
  expect(losses.losing).toEqual([]);
});

describe('a copied take', () => {
  const copy = { copy: {} as NonNullable<SinkSnapshot['copy']> };

  it.each([
    ['packets that never came', { packetLost: 2, awaitingKey: 6 }, {}, 'network'],
    // The process that receives is another one than that whose event loop is late.
    ['the same while this process is late', { awaitingKey: 8 }, { watchdogTrips: 1 }, 'network'],
    ['a disk that takes nothing', { diskBehind: 8 }, {}, 'diskBehind'],
  ] as const)('is losing with %s', (_, video, late, cause) => {
    const losses = watch([
      [0, { ada: { change: copy } }],
      [500, { ada: { change: copy, video } }, late],
    ]);
    expect(losses.alarm?.streams).toMatchObject([{ file: 'ada.mp4', medium: 'video', cause, lost: 8 }]);
    const copying = { ...settings, takeMode: 'copy' } as const;
    if (losses.alarm !== null) expect(adviseOnLoss(losses.alarm, copying, null).action).toBeNull();
  });

  it('loses nothing by frames that others took the place of', () => {
    const losses = watch([
      [0, { ada: { change: copy } }],
      [500, { ada: { change: copy, video: { superseded: 40 } } }],
    ]);
    expect(losses.alarm).toBeNull();
  });

  it('loses nothing on the way of what no key fits, which is told of its track', () => {
    const losses = watch([
      [0, { ada: { change: copy } }],
      [500, { ada: { change: copy, video: { notDecrypted: 15 }, audio: { notDecrypted: 50 }, lostMs: 500 } }],
    ]);
    expect(losses.alarm).toBeNull();
    const encoded = watch([
      [0, { ada: {} }],
      [500, { ada: { lostMs: 5_000, unheardMs: 5_000 } }],
    ]);
    expect(encoded.alarm).toBeNull();
  });

  it('loses nothing on the way of what went with the process that filled a file, which a banner says', () => {
    const losses = new LossWatch();
    const of = (lost: Lost, isGone: boolean): SinkSnapshot => {
      const ada = sink('ada', { ...lost, change: copy });
      const isLive = !isGone;
      const video = ada.video === null ? null : { ...ada.video, isLive };
      return { ...ada, isRecording: isLive, video, audio: { ...ada.audio, isLive } };
    };
    losses.accept({ ...snapshot(0), sinks: [of({}, false)] });
    const gone = { video: { receiverLost: 22 }, audio: { receiverLost: 72 }, lostMs: 1_000 };
    losses.accept({ ...snapshot(500), sinks: [of(gone, true)] });
    expect(losses.alarm).toBeNull();
    // A window that is opened later knows no more.
    const later = new LossWatch();
    later.accept({ ...snapshot(500), sinks: [of(gone, true)] });
    expect(later.alarm).toBeNull();
    // What never came was lost on the way all the same.
    losses.accept({ ...snapshot(1_000), sinks: [of({ ...gone, audio: { packetLost: 40 } }, true)] });
    expect(losses.alarm?.streams).toMatchObject([{ medium: 'audio', cause: 'network', lost: 400 }]);
  });
});
