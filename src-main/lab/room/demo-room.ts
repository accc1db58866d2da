import type { ParticipantSpec } from './participant-spec.js';

/** One participant of the demo, and every size its frame takes. */
export interface DemoParticipant {
  readonly spec: ParticipantSpec;
  readonly frames: readonly { readonly width: number; readonly height: number }[];
}

/** In pixels: a usual camera, a lower simulcast layer's size, and a telephone that is held upright. */
const large = { width: 1280, height: 720 };
const small = { width: 640, height: 360 };
const portrait = { width: 360, height: 640 };
/** Layers as browsers send them: without, a narrow line would change nothing. */
const encoding = { fps: 30, temporalLayers: 3 } as const;

/**
 * Three people: one whose camera changes its size and is turned, one who mutes and switches the camera
 * off and on, one who comes late. Moments are shares of the take.
 */
export function demoParticipants(seconds: number): DemoParticipant[] {
  const at = (share: number): number => Math.round(seconds * 1000 * share);
  return [
    {
      frames: [large, small, portrait],
      spec: {
        identity: 'ada',
        publisher: 'clip',
        name: 'ADA',
        camera: { ...large, ...encoding },
        schedule: [
          { atMs: at(0.4), action: { type: 'resize', ...small } },
          { atMs: at(0.6), action: { type: 'resize', ...portrait } },
          { atMs: at(0.8), action: { type: 'resize', ...large } },
        ],
      },
    },
    {
      frames: [small],
      spec: {
        identity: 'ben',
        publisher: 'clip',
        name: 'BEN',
        camera: { ...small, ...encoding },
        beepHz: 1400,
        schedule: [
          { atMs: at(0.3), action: { type: 'muteMicrophone' } },
          { atMs: at(0.4), action: { type: 'cameraOff' } },
          { atMs: at(0.55), action: { type: 'unmuteMicrophone' } },
          { atMs: at(0.65), action: { type: 'cameraOn' } },
        ],
      },
    },
    {
      frames: [small],
      spec: {
        identity: 'eve',
        publisher: 'clip',
        name: 'EVE',
        camera: { ...small, ...encoding },
        beepHz: 700,
        joinAtMs: at(0.25),
      },
    },
  ];
}
