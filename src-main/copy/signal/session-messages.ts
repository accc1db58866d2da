import { DisconnectReason, SessionDescription, SyncState } from '@livekit/protocol';
import { PlateauError } from '../../contract/errors.js';
import type { Publication } from './publications.js';
import { subscriptionTo } from './subscription-batch.js';
import { connectionLost } from './upgrade.js';

/** The last offer of a session, and what was answered to it. */
export interface AnsweredOffer {
  readonly offer: string;
  readonly answer: string;
}

/** What a session that is taken up again tells of itself. @param answered null before the first offer */
export function syncStateOf(publications: readonly Publication[], answered: AnsweredOffer | null): SyncState {
  return new SyncState({
    subscription: subscriptionTo(publications),
    ...(answered === null
      ? {}
      : {
          offer: new SessionDescription({ type: 'offer', sdp: answered.offer }),
          answer: new SessionDescription({ type: 'answer', sdp: answered.answer }),
        }),
  });
}

/** The candidate of a message of the server, as after `a=candidate:`; null for one that cannot be read. */
export function candidateOf(json: string): string | null {
  try {
    const { candidate } = JSON.parse(json) as { readonly candidate?: unknown };
    return typeof candidate === 'string' && candidate !== '' ? candidate : null;
  } catch {
    return null;
  }
}

/** Why the server ended a session for good. */
export function leaveError(reason: DisconnectReason): PlateauError {
  if (reason === DisconnectReason.DUPLICATE_IDENTITY) {
    return new PlateauError(
      'duplicateIdentity',
      'Somebody else joined the room with the receiver’s identity, and the server ended this connection.',
      'Give each recorder its own token or identity; two with the same one push each other out.',
    );
  }
  return connectionLost(`the server ended the session (reason ${DisconnectReason[reason]})`);
}
