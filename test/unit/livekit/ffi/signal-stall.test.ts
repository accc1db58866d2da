import { expect, it } from 'vitest';
import { tellsOfStall } from '../../../../src-main/livekit/ffi/signal-stall.js';

const session = 'livekit::rtc_engine::rtc_session';

it.each([
  [session, 'signal_event taking too much time: Answer(SessionDescription { r#type: "answer"', true],
  [session, 'rtc_event is taking too much time: TrackPublished', true],
  [session, 'failed to handle signal: signal_event taking too much time', false],
  [session, 'received publisher answer', false],
  ['libwebrtc', 'signal_event taking too much time: Answer', false],
  [undefined, undefined, false],
])('a line of the SDK’s log tells of a stalled session: %s %s %s', (target, message, isTold) => {
  const record = { ...(target !== undefined && { target }), ...(message !== undefined && { message }) };
  expect(tellsOfStall(record)).toBe(isTold);
});
