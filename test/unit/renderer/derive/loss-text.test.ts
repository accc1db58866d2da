import { expect, it } from 'vitest';
import type { LossAlarm } from '../../../../src-main/contract/loss-watch.js';
import { lossTitles } from '../../../../src-main/format/loss-titles.js';
import { adviseOnLoss, pastLosses, withShownNames } from '../../../../src-renderer/derive/loss-text.js';
import { shortName } from '../../../../src-renderer/derive/participants.js';

const alarm: LossAlarm = {
  isLosing: true,
  streams: [
    {
      ...{ file: 'eve.mp4', name: 'eve', medium: 'video', cause: 'encoderBehind' },
      ...{ lost: 9, isLosing: true, pixels: null },
    },
  ],
};
const sinks = [{ file: 'eve.mp4', identity: 'eve', kind: 'participant' }] as const;
const eve = { identity: 'eve', name: 'Eve, from the studio on the other side of the river' };

it('tells what was lost in the past tense once the take is over', () => {
  expect(lossTitles(pastLosses(alarm))).toEqual(['LOST VIDEO: EVE – encoder behind']);
});

it('calls people by the names of their tiles, shortened in the middle', () => {
  expect(lossTitles(withShownNames(alarm, sinks, [eve], shortName))).toEqual([
    'LOSING VIDEO: EVE, FROM THE STUDIO…E RIVER – encoder behind',
  ]);
  expect(lossTitles(withShownNames(alarm, sinks, [eve]))[0]).toContain('ON THE OTHER SIDE OF THE RIVER');
  expect(lossTitles(withShownNames(alarm, sinks, [{ ...eve, name: '' }]))[0]).toContain(': EVE –');
  expect(lossTitles(withShownNames(alarm, [], []))[0]).toContain(': EVE –');
});

it.each([
  [
    'what most of it is lost to',
    [
      ['network', 9_000],
      ['encoderBehind', 15_000],
    ],
    /encoders do not keep up/,
  ],
  [
    'this machine, where a part of it is lost here',
    [
      ['network', 9_000],
      ['encoderBehind', 1_500],
    ],
    /encoders do/,
  ],
  [
    'the network, where next to nothing is lost here',
    [
      ['network', 9_000],
      ['encoderBehind', 150],
    ],
    /network here/,
  ],
  [
    'and not the sender, on a machine that is too busy',
    [
      ['order', 900],
      ['recorderBusy', 400],
    ],
    /too busy/,
  ],
  ['the sender, where nothing else is wrong', [['order', 900]], /sender’s program/],
] as const)('advises on %s', (_what, lost, text) => {
  const streams = lost.map(([cause, ms], index) => ({
    ...{ file: `${index}.mp4`, name: `${index}`, medium: 'audio' as const, cause },
    ...{ lost: ms, isLosing: false, pixels: null },
  }));
  const settings = {
    ...({ profileName: '720p30', container: 'mp4', takeMode: 'encode' } as const),
    ...{ audioOnly: false, crf: 23, memoryCeilingMegabytes: null },
  };
  expect(adviseOnLoss({ isLosing: false, streams }, settings, null).text).toMatch(text);
});
