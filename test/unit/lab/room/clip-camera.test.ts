import { describe, expect, it } from 'vitest';
import { AudioClip } from '../../../../src-main/lab/clip/audio-clip.js';
import type { VideoClip } from '../../../../src-main/lab/clip/video-clip.js';
import { clipFrameCount } from '../../../../src-main/lab/pattern/frame-code.js';
import { ClipCamera } from '../../../../src-main/lab/room/clip-camera.js';
import { ClipMicrophone } from '../../../../src-main/lab/room/clip-microphone.js';
import {
  type PacketTransport,
  type RtpPacketHead,
  RtpSender,
} from '../../../../src-main/lab/rtp/rtp-sender.js';

const fps = 30;
const frameMs = 1000 / fps;
/** A whole second of the wall clock. */
const secondMs = 1_764_140_000_000;
const descriptorBytes = 4;

/** A clip whose frames say their number, and which clip they are of; key frames take many packets. */
function numberedClip(tag: number, keyBytes = 10_000): VideoClip {
  const frames = Array.from({ length: clipFrameCount }, (_, index) => {
    const isKey = index % fps === 0;
    const data = Buffer.alloc(isKey ? keyBytes : 100);
    data.writeUInt16BE(index);
    data.writeUInt8(tag, 2);
    return { data, isKey, temporalLayer: 0, isLayerSync: false };
  });
  const spec = {
    ...{ width: 640, height: 360, fps, codec: 'vp8' as const, temporalLayers: 1 },
    ...{ maxBitrateBps: 1e6, name: 'ada', hue: 0 },
  };
  return { codec: 'vp8', spec, frames };
}

interface Frame {
  readonly index: number;
  readonly tag: number;
  readonly atMs: number;
}

/** Runs a source as a pacer does, and reads from its packets which frames it sent, and when. */
class Stage {
  nowMs = secondMs + 10;
  readonly frames: Frame[] = [];
  /** Packets sent at each moment. */
  readonly bursts: number[] = [];
  readonly heads: (RtpPacketHead & { readonly atMs: number })[] = [];
  readonly sender: RtpSender;
  #underWay: Frame | undefined;

  constructor() {
    const transport: PacketTransport = {
      protect: (head, payload) => {
        this.heads.push({ ...head, atMs: this.nowMs });
        this.#underWay ??= {
          index: payload.readUInt16BE(descriptorBytes),
          tag: payload.readUInt8(descriptorBytes + 2),
          atMs: this.nowMs,
        };
        if (head.marker) {
          this.frames.push(this.#underWay);
          this.#underWay = undefined;
        }
        return payload;
      },
      send: () => {
        this.bursts[this.bursts.length - 1] = (this.bursts.at(-1) ?? 0) + 1;
      },
      sendRtcp: () => undefined,
    };
    this.sender = new RtpSender({ transport, payloadType: 96, clockRateHz: 90_000, canonicalName: 'ada' });
  }

  /** @param everyMs how often the source gets to run at all */
  playUntil(camera: ClipCamera, untilMs: number, everyMs = 0): void {
    while (camera.nextDueMs <= untilMs) {
      this.nowMs = Math.max(this.nowMs + everyMs, camera.nextDueMs);
      this.bursts.push(0);
      camera.run(this.nowMs);
    }
    this.nowMs = Math.max(this.nowMs, untilMs);
  }

  get indexes(): number[] {
    return this.frames.map(({ index }) => index);
  }
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, position) => from + position);
}

function opened(clip = numberedClip(1)): { camera: ClipCamera; stage: Stage; skipped: number[] } {
  const skipped: number[] = [];
  const camera = new ClipCamera(clip, 0, {
    served: () => undefined,
    leftOut: (_slotMs, count) => skipped.push(count),
  });
  return { camera, stage: new Stage(), skipped };
}

describe('a camera that plays a clip', () => {
  it('begins with a key frame on a whole second, so that the flash is there', () => {
    const { camera, stage } = opened();
    camera.start(stage.sender, stage.nowMs);
    stage.playUntil(camera, secondMs + 2_500);
    expect(stage.frames[0]).toMatchObject({ index: 0, atMs: secondMs + 1_000 });
    expect(stage.indexes).toEqual(range(0, 45 + 1));
    for (const { index, atMs } of stage.frames) {
      expect(atMs - secondMs).toBeCloseTo(1_000 + index * frameMs, index % fps === 0 ? -2 : 3);
    }
  });

  it('starts the clip again without a break', () => {
    const { camera, stage } = opened();
    camera.start(stage.sender, stage.nowMs);
    stage.playUntil(camera, secondMs + 22_000);
    expect(stage.indexes.slice(598, 603)).toEqual([598, 599, 0, 1, 2]);
    const [before, after] = [599, 600].map((position) => stage.frames[position]?.atMs ?? 0);
    expect(Math.round(((after ?? 0) - (before ?? 0)) / frameMs)).toBe(1);
  });

  it('spreads a key frame over a part of its time', () => {
    const { camera, stage } = opened();
    camera.start(stage.sender, stage.nowMs);
    stage.playUntil(camera, secondMs + 1_032);
    // Nine packets of one frame with one stamp, the last one marked.
    expect(stage.bursts).toEqual([4, 4, 1]);
    expect(new Set(stage.heads.map(({ timestamp }) => timestamp)).size).toBe(1);
    expect(stage.heads.map(({ marker }) => marker).filter(Boolean)).toHaveLength(1);
    expect(stage.heads.at(-1)?.atMs).toBeCloseTo(secondMs + 1_010, 3);
  });

  it('goes on with the next number, where the second fits, after it was frozen', () => {
    const { camera, stage } = opened();
    camera.start(stage.sender, stage.nowMs);
    stage.playUntil(camera, secondMs + 1_500);
    camera.rest();
    stage.playUntil(camera, secondMs + 3_700);
    expect(camera.nextDueMs).toBe(Infinity);
    camera.start(stage.sender, stage.nowMs);
    stage.playUntil(camera, secondMs + 6_000);
    expect(stage.indexes).toEqual(range(0, stage.indexes.length));
    const resumed = stage.frames.find(({ atMs }) => atMs > secondMs + 3_700);
    expect(resumed?.index).toBe(16);
    expect((resumed?.atMs ?? 0) - secondMs).toBeCloseTo(4_000 + 16 * frameMs, 3);
  });

  it('ends with the second when asked to, and resolves there', async () => {
    const { camera, stage } = opened();
    camera.start(stage.sender, stage.nowMs);
    stage.playUntil(camera, secondMs + 1_500);
    let isDone = false;
    const done = camera.restAtKeyFrame().then(() => (isDone = true));
    await Promise.resolve();
    expect(isDone).toBe(false);
    stage.playUntil(camera, secondMs + 5_000);
    await done;
    expect(stage.indexes).toEqual(range(0, 30));
    await camera.restAtKeyFrame();
    camera.start(stage.sender, secondMs + 5_100);
    stage.playUntil(camera, secondMs + 6_050);
    expect(stage.frames.slice(30).map(({ index, atMs }) => [index, Math.floor(atMs)])[0]?.[0]).toBe(30);
  });

  it('changes to another size at a key frame and goes on counting', async () => {
    const { camera, stage } = opened();
    camera.start(stage.sender, stage.nowMs);
    stage.playUntil(camera, secondMs + 1_500);
    const changed = camera.changeClip(numberedClip(2));
    stage.playUntil(camera, secondMs + 3_000);
    await changed;
    expect(stage.indexes).toEqual(range(0, stage.indexes.length));
    expect(stage.frames.map(({ tag }) => tag)).toEqual(stage.indexes.map((index) => (index < 30 ? 1 : 2)));
  });

  it('floods with twice the frames, all of them different, and finds its second again', () => {
    const { camera, stage } = opened();
    camera.start(stage.sender, stage.nowMs);
    stage.playUntil(camera, secondMs + 1_500);
    const before = stage.frames.length;
    camera.setFlooding(true, stage.nowMs);
    stage.playUntil(camera, secondMs + 3_500);
    expect(stage.frames.length - before).toBeGreaterThanOrEqual(118);
    expect(stage.frames.length - before).toBeLessThanOrEqual(121);
    camera.setFlooding(false, stage.nowMs);
    stage.playUntil(camera, secondMs + 6_000);
    expect(stage.indexes).toEqual(range(0, stage.indexes.length));
    const last = stage.frames.at(-1);
    expect((((last?.atMs ?? 0) % 1000) / frameMs) % fps).toBeCloseTo((last?.index ?? 0) % fps, 0);
  });

  it('sends late frames after all and counts them, and pauses when it is too late for that', () => {
    const { camera, stage, skipped } = opened(numberedClip(1, 100));
    camera.start(stage.sender, stage.nowMs);
    stage.playUntil(camera, secondMs + 1_500);
    stage.nowMs = secondMs + 1_700;
    stage.playUntil(camera, secondMs + 2_000);
    expect(camera.lateness).toMatchObject({ droppedSlots: 0 });
    expect(camera.lateness.lateSlots).toBeGreaterThan(3);
    expect(camera.lateness.maxLateMs).toBeCloseTo(200 - frameMs, 0);
    stage.nowMs = secondMs + 4_000;
    stage.playUntil(camera, secondMs + 7_000);
    expect(stage.indexes).toEqual(range(0, stage.indexes.length));
    expect(camera.lateness.droppedSlots).toBeGreaterThanOrEqual(60);
    expect(skipped.reduce((sum, count) => sum + count, 0)).toBe(camera.lateness.droppedSlots);
    // Never more under way than one frame: what was missed is not sent.
    expect(stage.frames.length).toBeLessThan(30 * 7);
  });
});

describe('a microphone that plays a clip', () => {
  it('sends the packet of each moment, and leaves out what is too old without a shift', () => {
    const stamps: number[] = [];
    const leftOut: number[][] = [];
    const sender = new RtpSender({
      transport: {
        protect: ({ timestamp }, payload) => {
          stamps.push(timestamp);
          return payload;
        },
        send: () => undefined,
        sendRtcp: () => undefined,
      },
      ...{ payloadType: 111, clockRateHz: 48_000, canonicalName: 'ada' },
    });
    const microphone = new ClipMicrophone(new AudioClip(oggOfPackets(2 + 100 + 500)), {
      served: () => undefined,
      leftOut: (slotMs, count, periodMs) => leftOut.push([slotMs - count * periodMs - secondMs, count]),
    });
    microphone.start(sender, secondMs);
    microphone.run(secondMs + 100);
    expect(stamps).toHaveLength(5);
    // A stall of three seconds.
    microphone.run(secondMs + 3_100);
    expect(stamps).toHaveLength(5 + 26);
    expect(microphone.lateness.droppedSlots).toBe(124);
    expect(leftOut).toEqual([[120, 124]]);
    const first = stamps[0] ?? 0;
    expect(((stamps.at(-1) ?? 0) - first + 2 ** 32) % 2 ** 32).toBe((3_100 - 20) * 48);
    microphone.rest();
    expect(microphone.nextDueMs).toBe(Infinity);
  });

  it('refuses a clip that is shorter than its loop', () => {
    expect(() => new AudioClip(oggOfPackets(500))).toThrow(TypeError);
  });
});

/** An Ogg file with so many packets of two bytes, each its number, a page for each. */
function oggOfPackets(count: number): Buffer {
  const pages = Array.from({ length: count }, (_, number) => {
    const page = Buffer.alloc(27 + 1 + 2);
    page.write('OggS', 0, 'latin1');
    page.writeUInt8(1, 26);
    page.writeUInt8(2, 27);
    page.writeUInt16BE(number, 28);
    return page;
  });
  return Buffer.concat(pages);
}
