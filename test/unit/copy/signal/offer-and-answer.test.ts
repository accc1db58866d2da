import { describe, expect, it } from 'vitest';
import { answerSdp, type LocalTransport } from '../../../../src-main/copy/signal/answer.js';
import { parseOffer } from '../../../../src-main/copy/signal/offer.js';

/** As livekit-server writes it: data channels, a camera with retransmissions, a microphone, and one that is gone. */
const offerText = [
  'v=0',
  'o=- 1 2 IN IP4 0.0.0.0',
  's=-',
  't=0 0',
  'a=fingerprint:sha-256 AA:BB',
  'a=group:BUNDLE 0 1 2 3 4',
  'a=ice-lite',
  'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
  'c=IN IP4 0.0.0.0',
  'a=setup:actpass',
  'a=mid:0',
  'a=sctp-port:5000',
  'a=ice-ufrag:user',
  'a=ice-pwd:secret',
  'a=candidate:1 1 udp 2130706431 127.0.0.1 5000 typ host',
  'm=video 9 UDP/TLS/RTP/SAVPF 96 97 35 108',
  'a=mid:1',
  'a=ice-ufrag:user',
  'a=ice-pwd:secret',
  'a=rtpmap:96 VP8/90000',
  'a=rtcp-fb:96 goog-remb',
  'a=rtcp-fb:96 nack',
  'a=rtpmap:97 rtx/90000',
  'a=fmtp:97 apt=96',
  'a=rtpmap:35 theora/90000',
  'a=rtpmap:108 H264/90000',
  'a=fmtp:108 packetization-mode=1;profile-level-id=42e01f',
  'a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
  'a=extmap:8 urn:3gpp:video-orientation',
  'a=extmap:9 urn:something:else',
  'a=ssrc-group:FID 4000000001 5',
  'a=ssrc:4000000001 cname:ada',
  'a=ssrc:5 cname:ada',
  'a=msid:PA_ada|stream TR_camera',
  'a=sendonly',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111 63',
  'a=mid:2',
  'a=rtpmap:111 opus/48000/2',
  'a=fmtp:111 minptime=10;useinbandfec=1',
  'a=rtpmap:63 red/48000/2',
  'a=fmtp:63 111/111',
  'a=extmap:2/sendonly urn:ietf:params:rtp-hdrext:ssrc-audio-level vad=on',
  'a=ssrc:77 cname:ada',
  'a=msid:PA_ada TR_microphone',
  'a=sendrecv',
  'm=video 0 UDP/TLS/RTP/SAVPF 96',
  'a=mid:3',
  'a=bundle-only',
  'a=rtpmap:96 VP8/90000',
  'a=inactive',
  'm=audio 9 UDP/TLS/RTP/SAVPF 0',
  'a=mid:4',
  'a=rtpmap:0 PCMU/8000',
  'a=sendonly',
  '',
].join('\r\n');

const local: LocalTransport = {
  iceUsername: 'mine',
  icePassword: 'hidden',
  fingerprints: [{ algorithm: 'sha-256', value: 'CC:DD' }],
  candidates: ['2 1 udp 2130706431 127.0.0.1 6000 typ host'],
};

describe('an offer of the server', () => {
  const offer = parseOffer(offerText);

  it('says how the server is reached and known', () => {
    expect(offer.transport).toEqual({
      iceUsername: 'user',
      icePassword: 'secret',
      isIceLite: true,
      fingerprints: [{ algorithm: 'sha-256', value: 'AA:BB' }],
      candidates: ['1 1 udp 2130706431 127.0.0.1 5000 typ host'],
      hasData: true,
    });
    expect(() => parseOffer('v=0\r\nm=audio 9 UDP 111\r\n')).toThrow(TypeError);
  });

  it('names the stream of each track, what is resent for it, and what its payload types stand for', () => {
    const [data, camera, microphone, gone] = offer.sections;
    expect(data?.stream).toBeNull();
    expect(camera?.stream).toEqual({ trackSid: 'TR_camera', ssrc: 4_000_000_001, resendSsrc: 5 });
    expect([...(camera?.payloads ?? [])]).toEqual([
      [96, { codec: 'vp8', resends: null }],
      [97, { codec: 'rtx', resends: 96 }],
      [108, { codec: 'h264', resends: null }],
    ]);
    expect(camera?.extensions).toEqual({ transportSequence: 3, audioLevel: 0, videoOrientation: 8 });
    expect(microphone?.stream).toEqual({ trackSid: 'TR_microphone', ssrc: 77, resendSsrc: null });
    expect([...(microphone?.payloads.values() ?? [])].map(({ codec }) => codec)).toEqual(['opus', 'red']);
    expect(microphone?.extensions.audioLevel).toBe(2);
    expect(gone).toMatchObject({ isRejected: false, isActive: false, stream: null });
  });
});

describe('the answer of a receiver', () => {
  const answer = answerSdp(parseOffer(offerText), local, { sessionId: 7, sessionVersion: 3 });
  const sections = answer.split(/\r\n(?=m=)/).slice(1);

  it('takes every section that can be recorded, in the order of the offer', () => {
    expect(answer).toContain('o=- 7 3 IN');
    expect(answer).toContain('a=group:BUNDLE 0 1 2 3\r\n');
    expect(sections.map((section) => section.split('\r\n')[0])).toEqual([
      'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
      'm=video 9 UDP/TLS/RTP/SAVPF 96 97 108',
      'm=audio 9 UDP/TLS/RTP/SAVPF 111 63',
      'm=video 9 UDP/TLS/RTP/SAVPF 96',
      'm=audio 0 UDP/TLS/RTP/SAVPF 0',
    ]);
  });

  it('repeats payload types, feedback and the extensions that are read, and nothing of others', () => {
    const [data = '', camera = '', microphone = '', gone = ''] = sections;
    expect(data).toContain('a=sctp-port:5000');
    for (const line of ['a=rtcp-fb:96 goog-remb', 'a=fmtp:97 apt=96', 'a=recvonly', 'a=extmap:8 urn:3gpp']) {
      expect(camera).toContain(line);
    }
    expect(camera).not.toMatch(/theora|something|ssrc|msid/);
    expect(microphone).toContain('a=fmtp:63 111/111');
    expect(gone).toContain('a=inactive');
  });

  it('says in each section how this side is reached, and that it begins the handshake', () => {
    for (const section of sections.slice(0, 4)) {
      expect(section).toContain('a=setup:active');
      expect(section).toContain('a=ice-ufrag:mine');
      expect(section).toContain('a=fingerprint:sha-256 CC:DD');
      expect(section).toContain('a=candidate:2 1 udp 2130706431 127.0.0.1 6000 typ host');
    }
  });
});
