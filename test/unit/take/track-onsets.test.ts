import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PublicationInfo } from '#engine/livekit/publication-info.js';
import { TakeClock } from '#engine/pipeline/take-clock.js';
import { TrackOnset } from '#engine/pipeline/track-onset.js';
import { TakeParticipants } from '#engine/take/take-participants.js';
import { TrackOnsets } from '#engine/take/track-onsets.js';
import { EventLog } from '#engine/telemetry/event-log.js';
import { EventReporter } from '#engine/telemetry/event-reporter.js';

const camera = {
  ...{ trackSid: 'TR_1', identity: 'ada', participantName: 'Ada', role: 'camera', isRoleDeclared: true },
  ...{ name: '', kind: 'video', declaredSize: null, isSimulcast: false, isMuted: false, isEncrypted: false },
  needsKey: false,
} satisfies PublicationInfo;
const microphone = { ...camera, role: 'microphone', kind: 'audio' } satisfies PublicationInfo;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function begun(audioOnly = false) {
  const clock = new TakeClock();
  const participants = new TakeParticipants(() => undefined);
  const log = new EventLog(10);
  const alarmed = new Set<string>();
  const saved = vi.fn();
  const onsets = new TrackOnsets(
    { audioOnly, isArmed: (identity) => identity === 'ada', report: new EventReporter(log, () => 0) },
    { clock, participants, signals: { tells: (sid) => alarmed.has(sid) } },
    saved,
  );
  return { onsets, participants, log, alarmed, saved, listed: () => participants.entries.notRecorded };
}

function track(info: PublicationInfo, isUnheard = false, answers = 0) {
  return { info, isMuted: false, isUnheard, counters: { answers }, onset: new TrackOnset(info.isMuted) };
}

describe('a camera', () => {
  it('of which nothing came is named, with its time', () => {
    const { listed, log, onsets, participants, saved } = begun();
    vi.advanceTimersByTime(1_000);
    const short = track(camera);
    onsets.add(short);
    vi.advanceTimersByTime(600);
    onsets.removed(short);
    onsets.removed(short);
    const message = 'The camera of ada was on for 0.6 s, and nothing of it came.';
    expect(listed()).toEqual([
      {
        ...{ identity: 'ada', participantName: 'Ada', role: 'camera', code: 'trackWithheld', message },
        ...{ sinceMs: 1_000, untilMs: 1_600 },
      },
    ]);
    expect(log.entries).toMatchObject([{ level: 'warning', message }]);
    expect(saved).toHaveBeenCalledTimes(1);
    expect(participants.missingTracks).toBe(1);
    expect(participants.missingNow).toBe(0);
    // Whoever has gone is a participant of the take.
    expect(participants.entries.participants).toMatchObject([{ identity: 'ada' }]);
  });

  it('that came late is named when that is more than came, at its end and at that of the take', () => {
    const { listed, onsets } = begun();
    const [ended, lasting, good] = [track(camera), track({ ...camera, trackSid: 'TR_2' }), track(camera)];
    for (const one of [ended, lasting, good]) onsets.add(one);
    vi.advanceTimersByTime(1_200);
    for (const one of [ended, lasting, good]) one.onset.came();
    vi.advanceTimersByTime(400);
    onsets.removed(ended);
    vi.advanceTimersByTime(300);
    onsets.end();
    onsets.removed(good);
    expect(listed()).toMatchObject([
      {
        message:
          'The camera of ada was on for 1.6 s, and the first 1.2 s of that did not come: it is in no file.',
        ...{ sinceMs: 0, untilMs: 1_200 },
      },
      { message: expect.stringContaining('was on for 1.9 s, and the first 1.2 s') as string },
      { message: expect.stringContaining('was on for 1.9 s, and the first 1.2 s') as string },
    ]);
  });

  it('is judged when it is muted after a second, for it may be on again for long', () => {
    const { listed, onsets } = begun();
    const one = track(camera);
    onsets.add(one);
    vi.advanceTimersByTime(900);
    onsets.setMuted(one, true);
    vi.advanceTimersByTime(9_000);
    onsets.setMuted(one, false);
    expect(listed()).toEqual([]);
    vi.advanceTimersByTime(1_100);
    onsets.setMuted(one, true);
    expect(listed()).toMatchObject([{ sinceMs: 9_900, untilMs: 11_000 }]);
    // It goes, and nothing of it has come since it was on again.
    onsets.setMuted(one, false);
    vi.advanceTimersByTime(600);
    onsets.removed(one);
    expect(listed()).toMatchObject([{}, { sinceMs: 11_000, untilMs: 11_600 }]);
  });

  it.each<[string, (of: ReturnType<typeof begun>) => PublicationInfo]>([
    ['whose signal is told to be missing', ({ alarmed }) => (alarmed.add('TR_1'), camera)],
    ['that is not to be recorded', () => ({ ...camera, identity: 'bob' })],
  ])('%s is not named a second time', (_, given) => {
    const take = begun();
    const one = track(given(take));
    take.onsets.add(one);
    vi.advanceTimersByTime(6_000);
    take.onsets.removed(one);
    expect(take.listed()).toEqual([]);
  });

  it('is no loss of a take without video', () => {
    const { listed, onsets } = begun(true);
    onsets.note(camera, { sinceMs: 0, cameMs: null, untilMs: 500 });
    expect(listed()).toEqual([]);
    onsets.note(microphone, { sinceMs: 0, cameMs: null, untilMs: 500 });
    expect(listed()).toHaveLength(1);
  });

  it('that is listed as withheld already is not listed again', () => {
    const { listed, onsets, participants } = begun();
    participants.missing(camera, Object.assign(new Error('withheld'), { code: 'trackWithheld' }) as never, 0);
    participants.ended('TR_1', 700);
    onsets.note(camera, { sinceMs: 0, cameMs: null, untilMs: 700 });
    expect(listed()).toMatchObject([{ message: 'withheld' }]);
  });
});

it.each([
  [0, 0],
  [3, 1],
])(
  'a microphone without a packet, of which WebRTC was asked %i times, is named %i times',
  (answers, times) => {
    const { listed, onsets } = begun();
    const one = track(microphone, true, answers);
    onsets.add(one);
    one.onset.came();
    vi.advanceTimersByTime(900);
    onsets.removed(one);
    expect(listed()).toHaveLength(times);
  },
);
