import { type GetStatsCallback, RtcStats } from '@livekit/rtc-ffi-bindings';
import { expect, it } from 'vitest';
import { isStereoKept } from '#engine/livekit/ffi/track-statistics.js';

const stereo = 'minptime=10;stereo=1;useinbandfec=1';
const mono = 'minptime=10;useinbandfec=1';

function codec(id: string, mimeType: string, sdpFmtpLine: string): RtcStats {
  return new RtcStats({ stats: { case: 'codec', value: { rtc: { id }, codec: { mimeType, sdpFmtpLine } } } });
}

/** Of a track whose codec is `C1`. */
function kept(...stats: GetStatsCallback['stats']): boolean | undefined {
  return isStereoKept('C1', stats);
}

it('stereo is kept, or not, as the codec of the track itself says', () => {
  expect(kept(codec('C1', 'audio/opus', stereo))).toBe(true);
  expect(kept(codec('C1', 'audio/opus', 'stereo=1'))).toBe(true);
  expect(kept(codec('C1', 'audio/opus', mono))).toBe(false);
  expect(kept(codec('C1', 'audio/opus', 'stereo=0; sprop-stereo=1'))).toBe(false);
  expect(kept(codec('C2', 'audio/opus', stereo), codec('C1', 'audio/opus', mono))).toBe(false);
});

it('nothing is concluded before WebRTC names the codec, or of another one', () => {
  expect(kept()).toBeUndefined();
  expect(isStereoKept('', [codec('', 'audio/opus', mono)])).toBeUndefined();
  expect(kept(codec('C2', 'audio/opus', mono))).toBeUndefined();
  expect(kept(codec('C1', 'audio/opus', ''))).toBeUndefined();
  expect(kept(codec('C1', 'audio/red', '111/111'))).toBeUndefined();
});
