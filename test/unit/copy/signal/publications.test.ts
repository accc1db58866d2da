import {
  Encryption_Type,
  ParticipantInfo,
  ParticipantInfo_State,
  type SignalRequest,
  TrackInfo,
  TrackSource,
  TrackType,
  VideoQuality,
} from '@livekit/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Publications } from '../../../../src-main/copy/signal/publications.js';
import { SubscriptionBatch } from '../../../../src-main/copy/signal/subscription-batch.js';

const microphone = new TrackInfo({
  sid: 'TR_m',
  type: TrackType.AUDIO,
  source: TrackSource.MICROPHONE,
  mimeType: 'audio/red',
});
const camera = new TrackInfo({
  sid: 'TR_c',
  type: TrackType.VIDEO,
  source: TrackSource.CAMERA,
  mimeType: 'video/H264',
  width: 1280,
  height: 720,
  encryption: Encryption_Type.GCM,
});

function ada(tracks: TrackInfo[], state = ParticipantInfo_State.ACTIVE, sid = 'PA_1'): ParticipantInfo {
  return new ParticipantInfo({ sid, identity: 'ada', state, tracks });
}
const sidsOf = (publications: readonly { readonly sid: string }[]): string[] =>
  publications.map(({ sid }) => sid);

describe('the publications of a room', () => {
  it('are what the server describes', () => {
    const publications = new Publications();
    const data = new TrackInfo({ sid: 'TR_d', type: TrackType.DATA });
    const { added } = publications.update([ada([microphone, camera, data])]);
    expect(added).toEqual([
      expect.objectContaining({
        sid: 'TR_m',
        identity: 'ada',
        kind: 'audio',
        source: 'microphone',
        codec: 'opus',
      }),
      expect.objectContaining({ sid: 'TR_c', kind: 'video', codec: 'h264', width: 1280, isEncrypted: true }),
    ]);
    const unknown = new TrackInfo({ sid: 'TR_u', type: TrackType.AUDIO, mimeType: 'audio/pcmu' });
    expect(publications.update([ada([microphone, camera, unknown])]).added).toMatchObject([{ codec: null }]);
  });

  it('come in the order in which they were published, as the server lists them in none', () => {
    const [first, second, third] = ['TR_1', 'TR_2', 'TR_3'].map(
      (sid, index) =>
        new TrackInfo({
          sid,
          type: TrackType.AUDIO,
          version: { unixMicro: BigInt(1_796_031_793_678_326 + index) },
        }),
    );
    if (first === undefined || second === undefined || third === undefined) throw new Error('three');
    const { added } = new Publications().update([ada([third, first, second])]);
    expect(sidsOf(added)).toEqual(['TR_1', 'TR_2', 'TR_3']);
    // A server that does not say when (before 1.4) keeps its own order.
    expect(sidsOf(new Publications().update([ada([camera, microphone])]).added)).toEqual(['TR_c', 'TR_m']);
  });

  it('come with what the server allows', () => {
    const publications = new Publications();
    const allowed = (canSubscribe: boolean): ParticipantInfo =>
      new ParticipantInfo({ sid: 'PA_us', identity: 'us', permission: { canSubscribe } });
    const by = (sid: string): string | null => publications.withheldBy(sid, 'PA_us');
    expect(by('TR_m')).toBeNull();
    publications.update([allowed(false), ada([microphone, camera])]);
    expect(by('TR_m')).toBe('server');
    expect(publications.withheldBy('TR_m', 'PA_1')).toBeNull();
    publications.update([allowed(true)]);
    expect(by('TR_m')).toBeNull();
    // The owner of one says it of that alone; of what is not published nothing is kept.
    for (const trackSid of ['TR_m', 'TR_none']) publications.permit({ allowed: false, trackSid });
    expect([by('TR_m'), by('TR_c'), by('TR_none')]).toEqual(['owner', null, null]);
    publications.permit({ allowed: true, trackSid: 'TR_m' });
    expect(by('TR_m')).toBeNull();
    publications.permit({ allowed: false, trackSid: 'TR_m' });
    publications.update([ada([camera])]);
    expect(by('TR_m')).toBeNull();
    publications.permit({ allowed: false, trackSid: 'TR_c' });
    publications.replace([ada([camera])]);
    expect(by('TR_c')).toBeNull();
  });

  it('change: muted, unpublished, left', () => {
    const publications = new Publications();
    publications.update([ada([microphone, camera])]);
    const muted = microphone.clone();
    muted.muted = true;
    expect(publications.update([ada([muted, camera])])).toMatchObject({
      added: [],
      removed: [],
      changed: [{ sid: 'TR_m', isMuted: true }],
    });
    expect(sidsOf(publications.update([ada([muted])]).removed)).toEqual(['TR_c']);
    expect(sidsOf(publications.update([ada([muted], ParticipantInfo_State.DISCONNECTED)]).removed)).toEqual([
      'TR_m',
    ]);
    expect(publications.all.size).toBe(0);
  });

  it('of a session end when somebody joins anew with the same identity, of which the server says nothing else', () => {
    const publications = new Publications();
    publications.update([ada([microphone, camera])]);
    const again = new TrackInfo({ sid: 'TR_m2', type: TrackType.AUDIO });
    const joins = publications.update([ada([], ParticipantInfo_State.JOINED, 'PA_2')]);
    expect([sidsOf(joins.removed), joins.added]).toEqual([['TR_m', 'TR_c'], []]);
    expect(sidsOf(publications.update([ada([again], undefined, 'PA_2')]).added)).toEqual(['TR_m2']);
    // Where it says so, it may be later.
    const late = publications.update([ada([], ParticipantInfo_State.DISCONNECTED)]);
    expect([late, [...publications.all.keys()]]).toEqual([
      { added: [], removed: [], changed: [] },
      ['TR_m2'],
    ]);
    const both = publications.update([ada([camera], undefined, 'PA_3')]);
    expect([sidsOf(both.removed), sidsOf(both.added)]).toEqual([['TR_m2'], ['TR_c']]);
  });

  it('are replaced in a new session: what is still there is not new', () => {
    const publications = new Publications();
    publications.update([
      ada([microphone, camera]),
      new ParticipantInfo({
        sid: 'PA_2',
        identity: 'bob',
        tracks: [new TrackInfo({ sid: 'TR_b', type: TrackType.AUDIO })],
      }),
    ]);
    const changes = publications.replace([ada([camera])]);
    expect(sidsOf(changes.removed).sort()).toEqual(['TR_b', 'TR_m']);
    expect(changes.added).toEqual([]);
    expect([...publications.all.keys()]).toEqual(['TR_c']);
  });
});

describe('subscriptions', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('to tracks that come close together are one, with the top layer of videos', () => {
    const sent: SignalRequest['message'][] = [];
    const batch = new SubscriptionBatch((message) => sent.push(message));
    const publications = new Publications();
    const bob = new ParticipantInfo({
      sid: 'PA_2',
      tracks: [new TrackInfo({ sid: 'TR_b', type: TrackType.AUDIO })],
    });
    const { added } = publications.update([ada([microphone, camera]), bob]);
    for (const publication of added) batch.add(publication);
    batch.remove('TR_m');
    vi.advanceTimersByTime(149);
    expect(sent).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(sent).toMatchObject([
      {
        case: 'subscription',
        value: {
          subscribe: true,
          trackSids: ['TR_c', 'TR_b'],
          participantTracks: [
            { participantSid: 'PA_1', trackSids: ['TR_c'] },
            { participantSid: 'PA_2', trackSids: ['TR_b'] },
          ],
        },
      },
      { case: 'trackSetting', value: { trackSids: ['TR_c'], quality: VideoQuality.HIGH } },
    ]);
  });

  it('are none after the end', () => {
    const sent: unknown[] = [];
    const batch = new SubscriptionBatch((message) => sent.push(message));
    const [publication] = new Publications().update([ada([microphone])]).added;
    if (publication !== undefined) batch.add(publication);
    batch.stop();
    vi.advanceTimersByTime(1_000);
    expect(sent).toEqual([]);
  });
});
