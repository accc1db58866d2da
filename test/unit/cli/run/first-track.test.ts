import { EventEmitter } from 'node:events';
import { beforeEach, expect, it } from 'vitest';
import { type FirstTrack, FirstTrackWait } from '../../../../src-main/cli/run/first-track.js';
import { PlateauError } from '../../../../src-main/contract/errors.js';
import type { Recorder } from '../../../../src-main/recorder/recorder.js';

const needsKey = new PlateauError('encryptedTrack', 'The microphone of pyt needs a key.', 'Give it one.');

/** What of a recorder the wait looks at. */
class FakeRecorder extends EventEmitter {
  missing: Recorder['missing'] = [];
  publications: Recorder['publications'] = [];
  connection = 'connected';
  unreachable = null;
  participants: readonly never[] = [];

  happens(name: string): void {
    this.emit('event', { name });
  }

  /** Somebody publishes what cannot be received, and leaves. */
  comesAndGoes(): void {
    this.missing = [{ info: { trackSid: 'TR_1' }, error: needsKey }] as unknown as Recorder['missing'];
    this.happens('encryptedTrack');
    this.missing = [];
    this.happens('participantLeft');
  }
}

let recorder: FakeRecorder;
let shutdown: AbortController;

beforeEach(() => {
  recorder = new FakeRecorder();
  shutdown = new AbortController();
});

function begin(waitsForNext: boolean): { readonly wait: FirstTrackWait; readonly end: Promise<FirstTrack> } {
  const wait = new FirstTrackWait(recorder as unknown as Recorder, waitsForNext);
  const end = wait.end(shutdown.signal, null, null, { say: () => undefined } as never);
  return { wait, end };
}

it('ends with a meeting of which nothing could be received, and knows why', async () => {
  const { end, wait } = begin(false);
  recorder.comesAndGoes();
  recorder.happens('roomEnded');
  expect(await end).toBe('over');
  expect(wait.missing).toEqual([needsKey]);
});

it('knows what is encrypted and has no key before anything is subscribed to, as before a copied take', async () => {
  const { end, wait } = begin(false);
  const info = { trackSid: 'TR_1', identity: 'pyt', role: 'microphone', needsKey: true };
  recorder.publications = [info] as Recorder['publications'];
  recorder.emit('room');
  recorder.publications = [];
  recorder.happens('roomEnded');
  expect(await end).toBe('over');
  expect(wait.missing).toMatchObject([{ code: 'encryptedTrack' }]);
});

it('goes on when nobody has come, or another meeting is waited for, and still knows why nothing came', async () => {
  const { end } = begin(false);
  recorder.happens('roomEnded');
  const other = begin(true);
  recorder.comesAndGoes();
  recorder.happens('trackSubscribed');
  expect([await end, await other.end]).toEqual(['published', 'published']);

  const next = begin(true);
  recorder.comesAndGoes();
  recorder.happens('roomEnded');
  shutdown.abort();
  expect(await next.end).toBe('interrupted');
  expect(next.wait.missing).toEqual([needsKey]);
});
