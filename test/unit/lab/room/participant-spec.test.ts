import { describe, expect, it } from 'vitest';
import { participantSpecSchema } from '../../../../src-main/lab/room/participant-spec.js';

const camera = { width: 640, height: 360, fps: 30 };

describe('who publishes for a participant', () => {
  it('is a clip where it can be one, unless it is said', () => {
    expect(participantSpecSchema.parse({ identity: 'ada', camera }).publisher).toBe('clip');
    expect(participantSpecSchema.parse({ identity: 'ada' }).publisher).toBe('clip');
    const asked = { identity: 'ada', publisher: 'libwebrtc' as const, camera };
    expect(participantSpecSchema.parse(asked).publisher).toBe('libwebrtc');
  });

  it.each([
    ['simulcast', { ...camera, simulcast: true }],
    ['a frame rate with which a loop has no whole seconds', { ...camera, fps: 23 }],
    ['H.264 in temporal layers', { ...camera, codec: 'h264' as const, temporalLayers: 3 }],
    ['H.264 of an odd size', { ...camera, codec: 'h264' as const, width: 641 }],
  ])('cannot be a clip with %s', (_what, spec) => {
    const ada = { identity: 'ada', publisher: 'clip' as const };
    expect(() => participantSpecSchema.parse({ ...ada, camera: spec })).toThrow('A clip has');
    expect(() => participantSpecSchema.parse({ ...ada, camera, screenShare: spec })).toThrow('A clip has');
    expect(participantSpecSchema.parse({ identity: 'ada', camera: spec }).publisher).toBe('libwebrtc');
  });
});
