import { describe, expect, it } from 'vitest';
import { copyProfile, profiles } from '../../../src-main/contract/profile.js';
import type { TakeRequest } from '../../../src-main/contract/recording.js';
import { chooseMode, copiedRequest } from '../../../src-main/recorder/mode-choice.js';

type Publications = Parameters<typeof chooseMode>[0];

/** A machine on which a camera of 720p30 takes a quarter of a core in ffmpeg, and a fifth in the recorder. */
const machine = { cores: 2, othersCores: 0, cost: { encodeMs: 9, receiveMs: 7.2 }, obstacle: null };
const encoded = { audioOnly: false, profile: profiles['720p30'] };

function people(count: number, size: { width: number; height: number } | null): Publications {
  return Array.from({ length: count }, (_, place) => {
    const identity = `p${place}`;
    const camera = { identity, kind: 'video', role: 'camera', isMuted: false, declaredSize: size } as const;
    return [camera, { ...camera, kind: 'audio', role: 'microphone', declaredSize: null } as const];
  }).flat();
}

const hd = { width: 1280, height: 720 };

describe('a take in the mode that this machine can carry', () => {
  it('is encoded as long as it takes three quarters of its cores at the most', () => {
    expect(chooseMode(people(3, hd), encoded, machine)).toEqual({
      ...{ mode: 'encode', isTooMuch: false },
      reason: 'To encode 3 video tracks and 3 audio tracks takes about 1.4 of 2 cores.',
    });
    expect(chooseMode(people(4, hd), encoded, machine)).toEqual({
      ...{ mode: 'copy', isTooMuch: false },
      reason:
        'To encode 4 video tracks and 4 audio tracks takes about 1.9 of 2 cores: what is sent is copied.',
    });
    expect(chooseMode(people(12, hd), encoded, { ...machine, cores: 8 }).mode).toBe('encode');
  });

  it('counts what is decoded by its own size, and what is encoded by that of the profile', () => {
    // Small cameras are made large: three in four of their cost is the encoder's.
    expect(chooseMode(people(4, { width: 640, height: 360 }), encoded, machine).mode).toBe('encode');
    const source = { audioOnly: false, profile: profiles.source };
    expect(chooseMode(people(10, { width: 640, height: 360 }), source, machine).mode).toBe('encode');
    expect(chooseMode(people(10, { width: 640, height: 360 }), encoded, machine).mode).toBe('copy');
    // Who does not say a size may have any: it counts as 720p.
    expect(chooseMode(people(4, null), source, machine).mode).toBe('copy');
  });

  it('is encoded however much that takes where copy mode cannot be had, and says so', () => {
    const obstacle = 'Copy mode needs an API key.';
    expect(chooseMode(people(4, hd), encoded, { ...machine, obstacle })).toEqual({
      ...{ mode: 'encode', isTooMuch: true },
      reason:
        'To encode 4 video tracks and 4 audio tracks takes about 1.9 of 2 cores: this may be too much. Copy mode needs an API key.',
    });
  });

  it('leaves to other programs what they use at the moment', () => {
    expect(chooseMode(people(3, hd), encoded, { ...machine, othersCores: 0.05 }).reason).not.toContain(
      'other',
    );
    expect(chooseMode(people(3, hd), encoded, { ...machine, othersCores: 0.3 })).toMatchObject({
      mode: 'copy',
      reason:
        'To encode 3 video tracks and 3 audio tracks takes about 1.4 of 2 cores, and other programs use 0.3 now: what is sent is copied.',
    });
  });

  it('counts no video of a take without it', () => {
    const audio = { audioOnly: true, profile: profiles['1080p30'] };
    expect(chooseMode(people(12, hd), audio, machine)).toMatchObject({
      ...{ mode: 'encode', reason: 'To encode 12 audio tracks takes about 0.2 of 2 cores.' },
    });
  });
});

it('asks for the same take, copied, without what is for an encoder', () => {
  const request: TakeRequest = {
    ...{ outputFolder: '/takes', audioOnly: false, participants: null, except: ['ben'], maxFiles: 4 },
    ...{
      profile: profiles['1080p30'],
      splitEveryMs: 60_000,
      ...{ backupFolder: '/second', fallbackFolder: '/other' },
      furtherAudio: 'stream',
    },
    memoryCeilingBytes: 1e9,
  };
  expect(copiedRequest(request, 'It is too much.')).toEqual({
    ...{ outputFolder: '/takes', audioOnly: false, participants: null, except: ['ben'], maxFiles: 4 },
    ...{ mode: 'copy', profile: copyProfile, modeReason: 'It is too much.', memoryCeilingBytes: null },
    ...{ plannedMs: undefined, splitBytes: undefined, splitEveryMs: 60_000 },
    ...{ backupFolder: '/second', fallbackFolder: '/other' },
  });
});
