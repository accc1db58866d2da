import type { RemoteParticipant, RemoteTrackPublication } from '@livekit/rtc-node';
import { expect, it } from 'vitest';
import { publicationInfo } from '../../../src-main/livekit/publication-info.js';

/** A publication as the SDK hands it over, with what a publisher said of it. */
function publication(said: object): RemoteTrackPublication {
  const known: unknown = { kind: 2, sid: 'TR_1', source: 1, ...said };
  return known as RemoteTrackPublication;
}

const somebody: unknown = { identity: 'ada', name: 'Ada' };
const participant = somebody as RemoteParticipant;

it('knows no size of a publisher who declares 0x0, or half of one', () => {
  for (const said of [{ width: 0, height: 0 }, { width: 640, height: 0 }, {}]) {
    expect(publicationInfo(publication(said), participant).declaredSize).toBeNull();
  }
});

it('knows the size that was declared, and whether there are several layers', () => {
  const said = { width: 1280, height: 720, simulcasted: true };
  expect(publicationInfo(publication(said), participant)).toMatchObject({
    declaredSize: { width: 1280, height: 720 },
    isSimulcast: true,
  });
  expect(publicationInfo(publication({}), participant).isSimulcast).toBe(false);
});
