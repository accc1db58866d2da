import { describe, expect, it } from 'vitest';
import type { ListedPacket } from '../../../src-main/ffmpeg/media-listing.js';
import { PacketTally } from '../../../src-main/ffmpeg/packet-tally.js';
import { PacketProof, PacketTrace, type SegmentTraces } from '../../../src-main/finalize/packet-proof.js';
import type { MeasuredSegment, TimelinePlan } from '../../../src-main/finalize/timeline-plan.js';

const packetUs = 20_000;

function packet(kind: 'video' | 'audio', number: number, seed = 0): ListedPacket {
  const index = kind === 'video' ? 0 : 1;
  return {
    stream: index,
    kind,
    dtsUs: number * packetUs,
    sizeBytes: 100 + number,
    crc32: (seed + number) >>> 0,
  };
}

function packets(kind: 'video' | 'audio', count: number, seed: number): ListedPacket[] {
  return Array.from({ length: count }, (_, number) => packet(kind, number, seed));
}

function traced(all: readonly ListedPacket[]): PacketTrace {
  const trace = new PacketTrace(null);
  for (const one of all) trace.add(one);
  return trace;
}

const black = packets('audio', 3, 9_000);
const first = { video: packets('video', 5, 1_000), audio: packets('audio', 10, 2_000) };
const second = { video: packets('video', 4, 3_000), audio: packets('audio', 8, 4_000) };

const segments: MeasuredSegment[] = ['a.mp4', 'b.mp4'].map((file) => ({
  file,
  takeStartUs: 0,
  startUs: 0,
  firstAudioUs: 0,
  firstVideoUs: 0,
  lastAudioUs: 0,
  audioEndUs: 0,
  lastVideoUs: 0,
}));

function proofOf({
  leaveAtUs = null as number | null,
  dropsBeforeTake = false,
  positionUs = 60_000,
} = {}): PacketProof {
  const traces = new Map<string, SegmentTraces>([
    ['a.mp4', { video: traced(first.video), audio: traced(first.audio) }],
    ['b.mp4', { video: traced(second.video), audio: traced(second.audio) }],
  ]);
  const plan: TimelinePlan = {
    entries: [
      { file: '.black', positionUs: 0, leaveAtUs: null, filler: { video: 1, audio: 3 } },
      { file: 'a.mp4', positionUs, leaveAtUs, filler: null },
      { file: 'b.mp4', positionUs: 500_000, leaveAtUs: null, filler: null },
    ],
    video: null,
    fillerUs: 60_000,
    endUs: 1e6,
  };
  return new PacketProof(plan, segments, traces, dropsBeforeTake);
}

function differenceOf(proof: PacketProof, all: readonly ListedPacket[]): string | null {
  for (const one of all) proof.add(one);
  return proof.difference()?.message ?? null;
}

const blackFrame = packet('video', 0, 8_000);
const whole = [...black, ...first.audio, ...second.audio, blackFrame, ...first.video, ...second.video];

describe('PacketProof', () => {
  it('accepts the packets of the segments in their order, and the black between them', () => {
    expect(differenceOf(proofOf(), whole)).toBeNull();
  });

  it('tells the first packet that is not there, of either stream', () => {
    for (const lacking of whole.slice(3)) {
      if (lacking === blackFrame) continue;
      const others = whole.filter((one) => one !== lacking);
      expect(differenceOf(proofOf(), others)).toMatch(/^(Packet \d+|The file ends before packet \d+) of the/);
    }
  });

  it('tells a packet that is there twice, changed, or from elsewhere', () => {
    const [one] = second.video;
    expect(differenceOf(proofOf(), [...whole, packet('video', 9)])).toBe(
      'The file has more video than was recorded.',
    );
    expect(
      differenceOf(
        proofOf(),
        whole.map((each) => (each === one ? { ...each, crc32: 7 } : each)),
      ),
    ).toBe('Packet 1 of the video of b.mp4 is not in the file.');
    expect(
      differenceOf(
        proofOf(),
        whole.map((each) => (each === one ? { ...each, sizeBytes: 7 } : each)),
      ),
    ).toBe('Packet 1 of the video of b.mp4 is not in the file.');
  });

  it('tells segments in the wrong order', () => {
    const swapped = [...black, ...second.audio, ...first.audio, blackFrame, ...first.video, ...second.video];
    expect(differenceOf(proofOf(), swapped)).toBe('Packet 1 of the audio of a.mp4 is not in the file.');
  });

  it('wants none of what the join cuts off where segments overlap, and all of the rest', () => {
    const cut = [...first.audio.slice(0, 8), ...second.audio];
    const video = [blackFrame, ...first.video, ...second.video];
    const leaveAtUs = 7.5 * packetUs;
    expect(differenceOf(proofOf({ leaveAtUs }), [...black, ...cut, ...video])).toBeNull();
    const tooMuch = [...first.audio.slice(0, 7), ...second.audio];
    expect(differenceOf(proofOf({ leaveAtUs }), [...black, ...tooMuch, ...video])).toBe(
      'Packet 8 of the audio of a.mp4 is not in the file.',
    );
  });

  it('does without the priming that lies before the take where the container drops it', () => {
    const all = [
      ...black,
      ...first.audio.slice(1),
      ...second.audio,
      blackFrame,
      ...first.video,
      ...second.video,
    ];
    expect(differenceOf(proofOf({ dropsBeforeTake: true, positionUs: -20_000 }), all)).toBeNull();
    expect(differenceOf(proofOf({ dropsBeforeTake: true, positionUs: 0 }), all)).not.toBeNull();
  });
});

describe('PacketTrace', () => {
  const all = packets('audio', 5_000, 1);
  const tally = new PacketTally();
  for (const { sizeBytes, crc32 } of all) tally.add(sizeBytes, crc32);
  const written = tally.count();

  it('holds what was written, and may hold more', () => {
    const trace = new PacketTrace(written);
    for (const one of all) trace.add(one);
    expect(trace.holdsWritten).toBe(true);
    trace.add(packet('audio', 5_000));
    expect(trace.holdsWritten).toBe(true);
    expect(trace.isAt(4_999, all[4_999] ?? packet('audio', 0))).toBe(true);
  });

  it('does not when one lacks, differs, or has changed its place', () => {
    const cases = [
      all.slice(0, -1),
      all.map((one, index) => (index === 2_500 ? { ...one, crc32: 0 } : one)),
      [...all.slice(1), ...all.slice(0, 1)],
    ];
    for (const changed of cases) {
      const trace = new PacketTrace(written);
      for (const one of changed) trace.add(one);
      expect(trace.holdsWritten).toBe(false);
    }
  });

  it('knows of nothing when nothing was counted', () => {
    expect(traced(all).holdsWritten).toBeNull();
    expect(
      new PacketTrace({ packets: 0, bytes: 0, sha256: new PacketTally().count().sha256 }).holdsWritten,
    ).toBe(true);
  });
});
