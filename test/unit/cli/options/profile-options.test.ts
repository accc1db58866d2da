import { describe, expect, it } from 'vitest';
import { readProfile } from '../../../../src-main/cli/options/profile-options.js';
import { constantFps, profiles, profileSchema } from '../../../../src-main/contract/profile.js';

describe('the frame rate of a take', () => {
  it.each([
    [{}, 30],
    [{ profile: '1080p30' }, 30],
    [{ profile: 'source' }, null],
    [{ frameRate: 'variable' }, null],
    [{ profile: 'source', frameRate: 'constant' }, 30],
  ])('of %o is constant, or is not', (options, fps) => {
    expect(constantFps(readProfile(options))).toBe(fps);
  });

  it('still has a limit when it is variable by choice', () => {
    expect(readProfile({ frameRate: 'variable' }).maxFps).toBe(30);
    expect(readProfile({ profile: 'source' }).maxFps).toBeNull();
  });

  it('is one of two', () => {
    expect(() => readProfile({ frameRate: '25' })).toThrow(/--frame-rate does not know that value/);
  });

  it('was variable in takes of older versions', () => {
    const older = { ...profiles['720p30'], frameRate: undefined };
    expect(profileSchema.parse(older).frameRate).toBe('variable');
  });
});
