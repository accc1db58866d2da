import { describe, expect, it } from 'vitest';
import { LossLog } from '../../../src-main/take/loss-log.js';
import type { PartLosses } from '../../../src-main/take/part-losses.js';
import { TakenTracks } from '../../../src-main/take/taken-tracks.js';

describe('the losses of a track that was taken from the recorder', () => {
  /** Everything that a track would have sent is added when it is known for how long it was away. */
  function taken(): { log: LossLog; told: string[] } {
    const told: string[] = [];
    const log = new LossLog({
      onAbsence: (stream, gapMs) => told.push(`${stream} ${gapMs}`),
      onUncounted: (_, ms, known) => ms - known,
    });
    const sample = (nowMs: number): void =>
      log.sample({
        nowMs,
        video: { received: Math.min(nowMs, 5_000) / 33, dropped: 0, missed: 0, isDue: true },
        audio: { lostMs: 0, endMs: nowMs },
      });
    for (let nowMs = 0; nowMs <= 7_000; nowMs += 250) sample(nowMs);
    for (const stream of ['video', 'audio'] as const) log.trackTaken(stream, 7_000);
    return { log, told };
  }

  /** A camera that is there again shows its first picture then. */
  function shows(log: LossLog, firstMs: number): void {
    const video = { received: 152, dropped: 0, missed: 0, isDue: true, firstMs };
    log.sample({ nowMs: firstMs, video, audio: { lostMs: 0, endMs: firstMs } });
  }

  it('has what it would have sent, until it comes again, whatever the connection did before', () => {
    const { log, told } = taken();
    expect(log.openGaps).toMatchObject([{ stream: 'video', atMs: 5_000, durationMs: 2_000 }]);
    log.trackCame('audio', 12_000);
    log.trackCame('video', 12_000);
    shows(log, 12_500);
    log.end();
    expect(log.gaps).toMatchObject([
      { stream: 'audio', atMs: 7_000, durationMs: 5_000, cause: 'neverArrived' },
      { stream: 'video', atMs: 5_000, durationMs: 7_500, cause: 'neverArrived' },
    ]);
    expect(told).toEqual(['audio 5000', 'video 7500']);
  });

  it('went with the connection when that is lost before anybody was told: its end says nothing then', () => {
    const { log } = taken();
    log.connectionLost(7_400);
    for (const stream of ['video', 'audio'] as const) log.takenEnded(stream, 7_500, false);
    log.connectionBack(9_000);
    log.trackCame('audio', 9_600);
    const silent = { received: 151, dropped: 0, missed: 0, isDue: false };
    log.sample({ nowMs: 15_000, video: silent, audio: { lostMs: 0, endMs: 15_000 } });
    log.end();
    expect(log.gaps).toMatchObject([
      { stream: 'audio', atMs: 7_000, durationMs: 2_600, cause: 'neverArrived' },
      // Whoever does not come back with it has left.
      { stream: 'video', atMs: 5_000, durationMs: 4_000, cause: 'neverArrived' },
    ]);
    const later = taken();
    later.log.connectionLost(7_400);
    later.log.connectionBack(9_000);
    later.log.takenEnded('audio', 9_050, false);
    later.log.end();
    expect(later.log.gaps.map(({ stream }) => stream)).toContain('audio');
  });

  it('went with the connection when that is lost already: it is missing since then', () => {
    const log = new LossLog({ onAbsence: () => undefined, onUncounted: (_, ms, known) => ms - known });
    const audio = (nowMs: number): void =>
      log.sample({ nowMs, video: null, audio: { lostMs: 0, endMs: nowMs } });
    for (let nowMs = 0; nowMs <= 6_000; nowMs += 250) audio(nowMs);
    log.connectionLost(6_100);
    log.trackTaken('audio', 6_380);
    log.takenEnded('audio', 6_385, false);
    log.connectionBack(6_450);
    audio(6_460);
    log.end();
    expect(log.gaps).toMatchObject([
      { stream: 'audio', atMs: 6_100, durationMs: 350, cause: 'neverArrived' },
    ]);
  });

  it('has it up to its end, when it is published no more, and up to the end of the take otherwise', () => {
    const { log } = taken();
    log.takenEnded('audio', 9_000, true);
    log.takenEnded('audio', 9_500, true);
    log.sample({
      nowMs: 15_000,
      video: { received: 151, dropped: 0, missed: 0, isDue: false },
      audio: { lostMs: 0 },
    });
    log.end();
    expect(log.gaps).toMatchObject([
      { stream: 'audio', atMs: 7_000, durationMs: 2_000 },
      { stream: 'video', atMs: 5_000, durationMs: 10_000 },
    ]);
  });

  it('has what it would have sent until it ends, also where that is before anybody was told', () => {
    const { log } = taken();
    log.takenEnded('audio', 9_400, false);
    log.end();
    expect(log.gaps).toMatchObject([
      { stream: 'audio', atMs: 7_000, durationMs: 2_400, cause: 'neverArrived' },
      { stream: 'video' },
    ]);
  });

  it('has nothing where it had just ended', () => {
    const { log, told } = taken();
    log.takenEnded('audio', 7_300, false);
    log.takenEnded('video', 7_300, false);
    log.end();
    expect(log.gaps).toEqual([]);
    expect(told).toEqual([]);
  });

  it('has none of a moment in which the SDK gave it another native track', () => {
    const { log, told } = taken();
    log.trackCame('audio', 7_020);
    expect(told).toEqual([]);
    expect(log.gaps).toEqual([]);
  });

  it('goes on in the next part of its file', () => {
    const { log } = taken();
    const next = log.successor(8_000);
    next.log.trackCame('audio', 9_000);
    next.log.trackCame('video', 8_900);
    shows(next.log, 9_000);
    expect(log.gaps).toMatchObject([
      { stream: 'video', atMs: 5_000, durationMs: 3_000 },
      { stream: 'audio', atMs: 7_000, durationMs: 1_000 },
    ]);
    expect(next.log.gaps).toMatchObject([
      { stream: 'audio', atMs: 8_000, durationMs: 1_000 },
      { stream: 'video', atMs: 8_000, durationMs: 1_000 },
    ]);
  });
});

it('tells the file that lacks a track that it has ended or is muted, and nothing of one that came again', () => {
  const ended: unknown[][] = [];
  const losses: unknown = {
    takenEnded: (...how: unknown[]) => ended.push(how.slice(1)),
    trackLeft: (...how: unknown[]) => ended.push(how.slice(1)),
  };
  const sink: unknown = {};
  const file = { losses: losses as PartLosses, sink: sink as Parameters<TakenTracks['add']>[1]['sink'] };
  let nowMs = 5_000;
  const taken = new TakenTracks(() => nowMs);
  const track = (trackSid: string): Parameters<TakenTracks['add']>[0] => {
    const info: unknown = { trackSid, kind: 'audio' };
    return { info: info as Parameters<TakenTracks['add']>[0]['info'] };
  };
  taken.add(track('TR_1'), file);
  taken.add(track('TR_2'), file);
  nowMs = 6_000;
  taken.came(track('TR_2'), file.sink);
  for (const trackSid of ['TR_1', 'TR_1', 'TR_2', 'TR_3']) taken.ended(trackSid, true);
  expect(ended.splice(0)).toEqual([['audio', 6_000, true]]);
  // Who is muted is missed by nobody.
  taken.add(track('TR_4'), file);
  for (const trackSid of ['TR_4', 'TR_1'])
    for (const isMuted of [true, false]) taken.setMuted(track(trackSid), isMuted);
  expect(ended).toEqual([
    ['audio', 6_000, true],
    ['audio', 6_000, { isTaken: true, wasOn: true }],
  ]);
  // Who publishes anew is heard of before the end of the track before.
  ended.splice(0);
  nowMs = 8_000;
  taken.add(track('TR_5'), file);
  nowMs = 8_300;
  taken.came(track('TR_6'), file.sink);
  expect(ended).toEqual([['audio', 8_300, false]]);
});
