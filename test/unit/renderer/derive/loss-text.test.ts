import { expect, it } from 'vitest';
import type { LossAlarm } from '../../../../src-main/contract/loss-watch.js';
import { lossTitles } from '../../../../src-main/format/loss-titles.js';
import { pastLosses, withShownNames } from '../../../../src-renderer/derive/loss-text.js';
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
