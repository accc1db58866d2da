import { expect, it } from 'vitest';
import type { NotRecorded } from '../../../src-main/contract/manifest.js';
import { notRecordedSentences } from '../../../src-main/format/signal-text.js';

const ended = 'The process that receives in copy mode was ended by SIGKILL.';

function missing(identity: string, role: string, changes: Partial<NotRecorded> = {}): NotRecorded {
  return {
    ...{ identity, participantName: identity, role, code: 'receiverEnded', message: ended },
    ...{ sinceMs: 9_332, untilMs: 10_865, ...changes },
  };
}

it('names whom and what a sentence is about that names nobody, to a tenth of a second', () => {
  const sentences = notRecordedSentences([
    missing('ada', 'microphone'),
    missing('ada', 'camera', { untilMs: 11_020 }),
    missing('ben', 'microphone', { untilMs: 10_870, participantName: 'Ben' }),
    missing('eve', 'screenShareAudio', { sinceMs: 9_350, untilMs: 10_850 }),
    missing('ada', 'screenShare', { untilMs: undefined }),
  ]);
  expect(sentences).toEqual([
    `Not recorded from 00:00:09.3 to 00:00:10.8: microphone of ada, microphone of Ben, screen audio of eve. ${ended}`,
    `Not recorded from 00:00:09.3 to 00:00:11.0: camera of ada. ${ended}`,
    `Not recorded since 00:00:09.3: screen share of ada. ${ended}`,
  ]);
});

it('says what names its track once, and of several at once', () => {
  const message = 'The camera of ada is not received.';
  const all = 'Nothing of ada is received.';
  expect(
    notRecordedSentences([
      missing('ada', 'camera', { message }),
      missing('ada', 'camera', { message: all, sinceMs: 0 }),
      missing('ada', 'microphone', { message: all, sinceMs: 0 }),
    ]),
  ).toEqual([
    `Not recorded from 00:00:09.3 to 00:00:10.8: ${message}`,
    `Not recorded from 00:00:00.0 to 00:00:10.8: ${all}`,
  ]);
  expect(notRecordedSentences([missing('ed', 'camera')])).toEqual([
    `Not recorded from 00:00:09.3 to 00:00:10.8: camera of ed. ${ended}`,
  ]);
  expect(notRecordedSentences([missing('ada', 'microphone'), missing('ada', 'camera')])).toEqual([
    `Not recorded from 00:00:09.3 to 00:00:10.8: microphone and camera of ada. ${ended}`,
  ]);
});
