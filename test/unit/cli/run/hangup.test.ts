import { expect, it } from 'vitest';
import { type HangupSource, isHangupIgnored } from '../../../../src-main/cli/run/hangup.js';

function system(files: Readonly<Record<string, string>>): HangupSource {
  const look = (path: string): string => {
    const found = files[path];
    if (found === undefined) throw new Error(`no ${path}`);
    return found;
  };
  return { read: look, link: look, parentPid: 12 };
}

const shell = { '/proc/12/status': 'Name:\tbash\nSigIgn:\t0000000000380004\n' };
const nothingElse = {
  ...shell,
  '/proc/self/fd/0': '/dev/null',
  '/proc/self/fdinfo/0': 'pos:\t0\nflags:\t0100000\n',
};

it('is not ignored by a command that was started as usual, whatever /proc says of others, or without one', () => {
  expect(isHangupIgnored({ _: '/usr/bin/node' }, system(nothingElse))).toBe(false);
  expect(isHangupIgnored({}, system({}))).toBe(false);
});

it('is ignored when the shell had nohup start the command', () => {
  expect(isHangupIgnored({ _: '/usr/bin/nohup' }, system({}))).toBe(true);
});

it('is ignored when the parent ignores it: a script under nohup', () => {
  const script = { '/proc/12/status': 'Name:\tbash\nSigIgn:\t0000000000000005\n' };
  expect(isHangupIgnored({ _: '/usr/bin/node' }, system(script))).toBe(true);
});

it('is ignored when the input is what nohup puts in a terminal\u2019s place', () => {
  const unreadable = { ...nothingElse, '/proc/self/fdinfo/0': 'pos:\t0\nflags:\t0100001\n' };
  expect(isHangupIgnored({}, system(unreadable))).toBe(true);
});
