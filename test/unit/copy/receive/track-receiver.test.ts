import { beforeEach, describe, expect, it } from 'vitest';
import type { TrackSink } from '../../../../src-main/copy/contract.js';
import type { BrokenLine } from '../../../../src-main/copy/receive/line-silence.js';
import { TrackReceiver } from '../../../../src-main/copy/receive/track-receiver.js';
import { noExtensions, readRtpHeader, RtpHeader } from '../../../../src-main/copy/rtp/rtp-header.js';
import type { OfferSection } from '../../../../src-main/copy/signal/offer.js';
import type { Publication } from '../../../../src-main/copy/signal/publications.js';
import { type PacketFields, rtpPacket } from '../../../fixtures/rtp-packet.js';

const publication: Publication = {
  sid: 'TR_c',
  participantSid: 'PA_1',
  identity: 'ada',
  participantName: 'Ada',
  name: '',
  kind: 'video',
  source: 'camera',
  codec: 'vp8',
  isMuted: false,
  isEncrypted: false,
  width: 640,
  height: 360,
};

const section: OfferSection = {
  kind: 'video',
  mid: '1',
  protocol: 'UDP/TLS/RTP/SAVPF',
  formats: ['96', '97'],
  isRejected: false,
  isActive: true,
  lines: [],
  payloads: new Map([
    [96, { codec: 'vp8', resends: null }],
    [97, { codec: 'rtx', resends: 96 }],
  ]),
  extensions: noExtensions,
  stream: { trackSid: 'TR_c', ssrc: 11, resendSsrc: 12 },
};

const keyFrame = [0x10, 0x00];
const deltaFrame = [0x10, 0x01];

let nowMs: number;
/** Kinds of the RTCP packets that were sent: 205 asks for packets, 206 for a key frame. */
let sent: number[];
/** Numbers of packets, `lost from..to`, `end`. */
let told: string[];
let track: TrackReceiver;
let broken: BrokenLine | null;
let isForbidden: boolean;

const sink: TrackSink = {
  packet: ({ sequence, payloadType, payload }) =>
    told.push(
      `${sequence % 0x1_0000}${payload.length === 0 ? ' padding' : ''}${payloadType === 96 ? '' : ' ?'}`,
    ),
  lost: (from, to) => told.push(`lost ${from % 0x1_0000}..${to % 0x1_0000}`),
  end: () => told.push('end'),
  withheld: (sinceMs, isSaid) => told.push(`nothing comes since ${sinceMs}${isSaid ? ', forbidden' : ''}`),
  cutOff: (fromMs, toMs) => told.push(`cut off ${fromMs}..${toMs}`),
};

beforeEach(() => {
  nowMs = 1_000;
  sent = [];
  told = [];
  broken = null;
  isForbidden = false;
  track = new TrackReceiver(publication, {
    sender: () => 1,
    sendRtcp: (packet) => sent.push(packet.readUInt8(1)),
    nowMs: () => nowMs,
    onWithheld: (isWithheld) => told.push(isWithheld ? 'withheld' : 'given back'),
    brokenLine: () => broken,
    isForbidden: () => isForbidden,
  });
  track.deliverTo(sink);
  track.attach(section, 11);
});

function receive(fields: PacketFields, isResent = false): void {
  const packet = rtpPacket({ payloadType: isResent ? 97 : 96, payload: deltaFrame, ...fields });
  const header = new RtpHeader();
  expect(readRtpHeader(packet, noExtensions, header)).toBe(true);
  if (isResent) track.stream?.resent(header, packet, nowMs);
  else track.stream?.packet(header, packet, nowMs);
}

function tick(ms: number): void {
  nowMs += ms;
  track.stream?.tick(nowMs, 5);
}

/** The first packet is a key frame's, and has been handed over. */
function begin(): void {
  receive({ sequenceNumber: 100, payload: keyFrame });
  tick(25);
}

describe('a track that goes off while its line is broken', () => {
  const ways = {
    muted: () => track.update({ ...publication, isMuted: true }),
    ended: () => track.end(),
    'taken away': () => track.takeAway(),
  } as const;

  it.each(Object.entries(ways))('is cut off where nothing came any more (%s)', (_, goesOff) => {
    begin();
    told = [];
    nowMs = 2_000;
    broken = { fromMs: 1_100, toMs: 2_000 };
    goesOff();
    expect(told[0]).toBe('cut off 1100..2000');
  });

  it('is cut off no second time for what was told', () => {
    begin();
    told = [];
    broken = { fromMs: 1_100, toMs: 2_000 };
    track.takeAway();
    broken = { fromMs: 1_100, toMs: 2_300 };
    track.end();
    expect(told.filter((line) => line.startsWith('cut'))).toEqual([
      'cut off 1100..2000',
      'cut off 2000..2300',
    ]);
  });

  it('is not where something of it has come since', () => {
    begin();
    nowMs = 2_000;
    receive({ sequenceNumber: 101 });
    broken = { fromMs: 1_100, toMs: 1_900 };
    track.end();
    expect(told.at(-1)).toBe('end');
    expect(told.some((line) => line.startsWith('cut'))).toBe(false);
  });

  it('is cut off from when on it was open, and not at all while it was muted', () => {
    begin();
    track.update({ ...publication, isMuted: true });
    told = [];
    broken = { fromMs: 1_100, toMs: 2_000 };
    track.update({ ...publication, isMuted: true });
    expect(told).toEqual([]);
    nowMs = 1_700;
    track.update(publication);
    nowMs = 2_000;
    track.update({ ...publication, isMuted: true });
    expect(told).toEqual(['cut off 1700..2000']);
  });
});

describe('a track that the server takes away', () => {
  it('is said to be forbidden when its owner has said so, be it later', () => {
    begin();
    told = [];
    isForbidden = true;
    track.permitted();
    track.takeAway();
    expect(told).toEqual(['nothing comes since 1025, forbidden', 'withheld']);
    isForbidden = false;
    track.attach(section, 12);
    told = [];
    track.takeAway();
    isForbidden = true;
    track.permitted();
    expect(told).toEqual(['nothing comes since 1025', 'withheld', 'nothing comes since 1025, forbidden']);
  });

  it('is so from when on it is open again', () => {
    begin();
    track.takeAway();
    track.update({ ...publication, isMuted: true });
    told = [];
    nowMs = 3_000;
    track.update(publication);
    expect(told).toEqual(['nothing comes since 3000']);
  });

  it('is withheld until it is offered again, by that stream or another one', () => {
    begin();
    told = [];
    track.takeAway();
    expect(told).toEqual(['nothing comes since 1025', 'withheld']);
    expect(track.isWithheld).toBe(true);
    track.takeAway();
    track.attach(section, 12);
    expect(told.slice(2)).toEqual(['nothing comes since 1025', 'given back', 'lost 101..101']);
    expect(track.isWithheld).toBe(false);
  });

  it('is withheld from its subscription on until it is offered for the first time, and never again by that', () => {
    told = [];
    const link = {
      ...{ sender: () => 1, sendRtcp: () => undefined, nowMs: () => nowMs },
      ...{ brokenLine: () => null, isForbidden: () => false },
    };
    const asked = new TrackReceiver(publication, {
      ...link,
      onWithheld: (isWithheld) => told.push(isWithheld ? 'withheld' : 'given back'),
    });
    asked.expect();
    asked.expect();
    expect([asked.isWithheld, asked.wasOffered]).toEqual([true, false]);
    asked.attach(section, 21);
    asked.detach();
    asked.expect();
    expect([asked.isWithheld, asked.wasOffered]).toEqual([false, true]);
    expect(told).toEqual(['withheld', 'given back']);
  });

  it('is not withheld when the connection is made anew, nor when it has ended', () => {
    begin();
    track.detach();
    expect(track.isWithheld).toBe(false);
    track.attach(section, 12);
    track.takeAway();
    track.end();
    expect(track.isWithheld).toBe(false);
  });
});

describe('a track that is received', () => {
  it('asks for what is missing, and takes what is resent under its own number and type', () => {
    begin();
    receive({ sequenceNumber: 102 });
    tick(5);
    expect(sent).toEqual([]);
    tick(10);
    expect(sent).toEqual([205]);
    receive({ sequenceNumber: 4_000, payload: [0, 101, ...deltaFrame] }, true);
    expect(told).toEqual(['100', '101', '102']);
    expect(track.figures).toMatchObject({
      packets: { expected: 3, received: 2, recovered: 1 },
      requests: { nackedPackets: 1, resentPackets: 1 },
    });
  });

  it('takes empty retransmissions for what they are: probes', () => {
    begin();
    receive({ sequenceNumber: 4_000, payload: [], padding: 200 }, true);
    receive({ sequenceNumber: 101, payload: [], padding: 200 });
    expect(told).toEqual(['100', '101 padding']);
    expect(track.figures.requests).toMatchObject({ resentPackets: 0, paddingPackets: 1 });
  });

  it('asks for a key frame when its frames cannot go on, and for nothing while the server would not answer', () => {
    begin();
    nowMs += 2_000;
    receive({ sequenceNumber: 101 });
    track.requestKeyFrame();
    expect(sent).toEqual([206]);
    receive({ sequenceNumber: 103 });
    tick(60);
    expect(sent).toEqual([206]);
    receive({ sequenceNumber: 104, timestamp: 9, payload: keyFrame });
    // From before the key frame nothing is waited for.
    tick(10);
    expect(told).toEqual(['100', '101', 'lost 102..102', '103', '104']);
    expect(track.figures.packets.lost.beforeKeyFrame).toBe(1);
    receive({ sequenceNumber: 106, timestamp: 9 });
    tick(15);
    expect(sent).toEqual([206, 205]);
  });

  it('asks for no key frame while the beginning of one is there, and only its rest is missing', () => {
    receive({ sequenceNumber: 100 });
    tick(25);
    nowMs += 2_000;
    receive({ sequenceNumber: 102, timestamp: 9, payload: keyFrame });
    tick(10);
    expect(sent).not.toContain(206);
    receive({ sequenceNumber: 101, timestamp: 9 });
    expect(told).toEqual(['100', '101', '102']);
  });

  it('asks nobody while nobody sends', () => {
    for (let second = 0; second < 10; second += 1) tick(1_000);
    expect(sent).toEqual([]);
    receive({ sequenceNumber: 100 });
    tick(1_000);
    for (let second = 0; second < 10; second += 1) tick(1_000);
    expect(sent).toEqual([206]);
  });

  it('goes on with another stream: numbers rise, the clock waits for its report, figures add up', () => {
    begin();
    receive({ sequenceNumber: 102 });
    track.senderReport({ ssrc: 11, ntpMs: 1_000, ntpMiddle: 1, rtpTimestamp: 0 }, nowMs);
    expect(track.timeOf(90)).toBe(1_001);
    const numbers: number[] = [];
    track.deliverTo({ ...sink, packet: ({ sequence }) => numbers.push(sequence) });
    track.attach(section, 11);
    expect(track.figures.streams).toBe(1);
    track.attach(section, 21);
    expect(track.timeOf(90)).toBeNull();
    receive({ sequenceNumber: 7, payload: keyFrame });
    tick(25);
    expect(numbers).toHaveLength(2);
    expect(numbers[1]).toBeGreaterThan(numbers[0] ?? Infinity);
    expect(told).toEqual(['100', 'lost 101..101', 'lost 103..103']);
    track.senderReport({ ssrc: 21, ntpMs: 5_000, ntpMiddle: 1, rtpTimestamp: 900 }, nowMs);
    track.end();
    track.end();
    // For whoever still holds a frame.
    expect(track.timeOf(990)).toBe(5_001);
    expect(told.at(-1)).toBe('end');
    expect(track.figures).toMatchObject({
      packets: { expected: 4, received: 3, lost: { ended: 1 }, missing: 0 },
      streams: 2,
    });
  });

  it('needs a nudge when it is narrower than declared for five seconds, and again after fifteen', () => {
    const dueAt = (ms: number): boolean => {
      nowMs = ms;
      return track.needsNudge();
    };
    nowMs = 10_000;
    track.noteSize(640, 352);
    expect(dueAt(60_000)).toBe(false);
    nowMs = 60_000;
    track.noteSize(320, 180);
    nowMs = 64_000;
    track.noteSize(180, 320);
    expect([dueAt(64_999), dueAt(65_000), dueAt(65_001), dueAt(79_999), dueAt(80_000)]).toEqual([
      false,
      true,
      false,
      false,
      true,
    ]);
    track.update({ ...publication, isMuted: true });
    expect(dueAt(200_000)).toBe(false);
    track.noteSize(320, 180);
    track.noteSize(360, 640);
    expect(dueAt(300_000)).toBe(false);
  });
});
