import { expect, it } from 'vitest';
import { type Finding, findingLines } from '../../../../src-main/cli/commands/doctor.js';
import { markerLines } from '../../../../src-main/cli/commands/markers.js';
import { takesLines } from '../../../../src-main/cli/commands/takes.js';
import { deliverablesOf, takes } from '../../../renderer/fake-states.js';

it('lists takes with their state, what they lack, and titles where there are any', () => {
  const lines = takesLines(takes().slice(1, 4), '/takes');
  expect(lines).toEqual([
    '3 takes in /takes, 3.78 GB',
    expect.stringMatching(/^ {2}take +title +duration +size +files +state +content$/),
    expect.stringMatching(/^ {2}standup-\S+ {2,}31 min 34 s +1\.26 GB +3 +Interrupted +–$/),
    expect.stringMatching(/Opening of the conference +32 min 34 s .* Damaged +–$/),
    expect.stringMatching(/Intact +37 % LOST, 3 GAPS$/),
    '',
    'One was interrupted: `plateau recover /takes` finishes what is left.',
  ]);
  expect(takesLines(takes().slice(3, 4), '/takes').at(-1)).not.toContain('recover');
  expect(takesLines(takes().slice(0, 2), '/takes')[1]).not.toContain('title');
  expect(takesLines([], '/takes')).toEqual(['No takes in /takes.']);
});

it('says of which takes the beginning is in no file', () => {
  const [first, second] = takes();
  if (first === undefined || second === undefined) throw new Error('There are takes.');
  const lines = takesLines([{ ...first, beganLateMs: 2_340 }, second], '/takes');
  expect(lines.filter((line) => line.includes('began'))).toEqual([
    `${first.takeName}: The take began 2.3 s after there was something to record: what was sent before is in no file.`,
  ]);
});

it('says of takes with a second copy how that stands, where there are any', () => {
  const backup = { path: '/copies/standup', isThis: false, provenFiles: 1, problem: null };
  const states = ['proven', 'incomplete', 'copying'] as const;
  const entries = takes().slice(1, 5);
  const copied = entries.map((entry, at) => {
    const state = states[at];
    return state === undefined ? entry : { ...entry, backup: { ...backup, state } };
  });
  const cells = takesLines(copied, '/takes').map((line) => line.trim().split(/ {2,}/).at(-1));
  expect(cells.slice(1, 6)).toEqual(['backup', 'proven', 'INCOMPLETE', 'not proven', '–']);
});

it('counts the MP4 files that were made of takes, where there are any', () => {
  const [first, second] = takes();
  if (first === undefined || second === undefined) throw new Error('There are takes.');
  const cells = takesLines([{ ...first, deliverables: deliverablesOf(first) }, second], '/takes').map(
    (line) => line.trim().split(/ {2,}/).at(-1),
  );
  expect(cells.slice(1, 4)).toEqual(['made MP4', String(first.files.length), '0']);
});

it('says of each look what it found, and what to do about what is wrong', () => {
  const ok: Finding = { part: 'ffmpeg', state: 'ok', text: '7.1', hint: null, error: null };
  const full: Finding = {
    ...{ part: 'output folder', state: 'failed', text: 'The disk is full.', hint: 'Free some space.' },
    error: { code: 'diskFull', message: 'The disk is full.', hint: 'Free some space.' },
  };
  expect(findingLines([ok, full])).toEqual([
    '  ffmpeg         ok      7.1',
    '  output folder  FAILED  The disk is full.',
    '',
    'output folder: Free some space.',
    '',
    'A recording cannot begin.',
  ]);
  const low: Finding = { ...full, state: 'warning', error: null };
  expect(findingLines([ok, low]).at(-1)).toBe('This machine can record. No server was tried.');
});

it('claims of a recording no more than was tried', () => {
  const found = (part: string, state: Finding['state']): Finding => ({
    ...{ part, state, text: 'It was looked at.', hint: null, error: null },
  });
  const verdict = (...findings: Finding[]): string | undefined => findingLines(findings).at(-1);
  const server = found('server', 'ok');
  expect(verdict(found('server', 'skipped'))).toBe('This machine can record. No server was tried.');
  expect(verdict(server)).toBe('A recording can begin. Media of copy mode were not tried.');
  expect(verdict(server, found('media (copy)', 'skipped'))).toBe(
    'A recording can begin. Media of copy mode were not tried.',
  );
  expect(verdict(server, found('media (copy)', 'ok'))).toBe('A recording can begin, in copy mode as well.');
  expect(verdict(server, found('media (copy)', 'warning'))).toBe(
    'A recording can begin, and none in copy mode.',
  );
  expect(verdict(found('ffmpeg', 'failed'), server)).toBe('A recording cannot begin.');
});

it('lists the markers of a take, with notes where there are any', () => {
  const markers = [
    { takeMs: 61_234, label: 'Opening' },
    { takeMs: 125_000, label: 'Questions\u001b[31m', note: 'Ada\nis late.' },
  ];
  expect(markerLines(markers, 'standup')).toEqual([
    '2 markers in standup',
    '  time        name           note',
    '  00:01:01.2  Opening',
    '  00:02:05.0  Questions[31m  Ada is late.',
  ]);
  expect(markerLines(markers.slice(0, 1), 'standup')[1]).toBe('  time        name');
  expect(markerLines([], 'standup')).toEqual(['standup has no markers.']);
});
