import { describe, expect, it } from 'vitest';
import { type Offer, offerSdp, parseAnswer } from '../../../../src-main/lab/rtp/publisher-sdp.js';

const offer: Offer = {
  sessionId: 7,
  sessionVersion: 2,
  canonicalName: 'ada',
  transport: {
    iceUsername: 'user',
    icePassword: 'secret',
    fingerprints: [{ algorithm: 'sha-256', value: 'AA:BB' }],
    candidates: ['1 1 udp 2130706431 127.0.0.1 5000 typ host'],
  },
  sections: [
    { codec: 'vp8', stream: null },
    { codec: 'opus', stream: { ssrc: 42, trackId: 'track' } },
  ],
};

function sections(sdp: string): string[][] {
  return sdp
    .split(/(?=^m=)/m)
    .slice(1)
    .map((section) => section.trimEnd().split('\r\n'));
}

describe('the offer of a publisher', () => {
  it('keeps the section of a track that is gone, as an inactive one', () => {
    const sdp = offerSdp(offer);
    expect(sdp).toContain('o=- 7 2 IN');
    expect(sdp).toContain('a=group:BUNDLE 0 1\r\n');
    const [camera = [], microphone = []] = sections(sdp);
    expect(camera).toEqual(
      expect.arrayContaining(['m=video 9 UDP/TLS/RTP/SAVPF 96', 'a=mid:0', 'a=inactive']),
    );
    expect(camera.some((line) => line.startsWith('a=ssrc') || line === 'a=sendonly')).toBe(false);
    expect(microphone).toEqual(
      expect.arrayContaining([
        'm=audio 9 UDP/TLS/RTP/SAVPF 111',
        'a=mid:1',
        'a=sendonly',
        'a=msid:ada track',
        'a=ssrc:42 cname:ada',
        'a=setup:actpass',
        'a=candidate:1 1 udp 2130706431 127.0.0.1 5000 typ host',
      ]),
    );
  });
});

describe('the answer of a server', () => {
  const answer = [
    'v=0',
    'a=fingerprint:sha-256 01:02',
    'm=video 9 UDP/TLS/RTP/SAVPF 96',
    'a=ice-ufrag:theirs',
    'a=ice-pwd:word',
    'a=setup:active',
    'a=candidate:9 1 udp 1 127.0.0.1 7882 typ host',
    'm=audio 9 UDP/TLS/RTP/SAVPF 111',
    'a=ice-ufrag:theirs',
    'a=ice-pwd:word',
    'a=candidate:9 1 udp 1 127.0.0.1 7882 typ host',
  ];

  it('says where it is, how it is known, and who begins', () => {
    expect(parseAnswer(answer.join('\r\n'))).toEqual({
      transport: {
        iceUsername: 'theirs',
        icePassword: 'word',
        fingerprints: [{ algorithm: 'sha-256', value: '01:02' }],
        candidates: ['9 1 udp 1 127.0.0.1 7882 typ host'],
      },
      isDtlsClient: true,
    });
    const passive = answer.map((line) => line.replace('active', 'passive'));
    expect(parseAnswer(passive.join('\r\n')).isDtlsClient).toBe(false);
  });

  it('is refused without a fingerprint, and where it takes none of the codecs', () => {
    const unknown = answer.filter((line) => !line.startsWith('a=fingerprint'));
    expect(() => parseAnswer(unknown.join('\r\n'))).toThrow('names no transport');
    const refused = answer.map((line) => line.replace(/^(m=\w+) 9/, '$1 0'));
    expect(() => parseAnswer(refused.join('\r\n'))).toThrow('none of the offered codecs');
  });
});
