import { expect, it } from 'vitest';
import { EventLog } from '../../../src-main/telemetry/event-log.js';
import { EventReporter } from '../../../src-main/telemetry/event-reporter.js';

it('tells what all files of a take say of their disk once, and everything else each time', () => {
  const log = new EventLog(100);
  const report = new EventReporter(log, () => 1_000);
  const ofTake = report.tellingOnce(new Set(['diskFull', 'manifestUnwritable']));
  for (const identity of ['ada', 'ben', null]) ofTake.error('diskFull', 'The disk is full.', identity);
  ofTake.error('manifestUnwritable', 'The disk is full.');
  ofTake.error('diskFull', 'The disk is on fire.');
  for (const identity of ['ada', 'ben']) {
    ofTake.error('ffmpegFailed', 'ffmpeg ended.', identity);
    ofTake.warning('diskFull', 'It may be full soon.', identity);
  }
  // Another take begins anew.
  report.tellingOnce(new Set(['diskFull'])).error('diskFull', 'The disk is full.');
  expect(log.entries.map(({ name, identity, message }) => [name, identity, message])).toEqual([
    ['diskFull', 'ada', 'The disk is full.'],
    ['diskFull', null, 'The disk is on fire.'],
    ['ffmpegFailed', 'ada', 'ffmpeg ended.'],
    ['diskFull', 'ada', 'It may be full soon.'],
    ['ffmpegFailed', 'ben', 'ffmpeg ended.'],
    ['diskFull', 'ben', 'It may be full soon.'],
    ['diskFull', null, 'The disk is full.'],
  ]);
});
