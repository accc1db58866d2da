import { wayName } from '../signal/media-routes.js';
import { RoomReceiver } from './room-receiver.js';
import type { RoomReceiverOptions } from './room-receiver-options.js';

/**
 * Joins a room as the receiver of a copied take does, finds a way for media, and leaves. Nothing is subscribed to.
 *
 * @returns how the way is called (`UDP`); null when the server let it join and offered no media, so that none was tried
 * @throws PlateauError as {@link RoomReceiver.join} does: `noMediaPath` after 10 s
 */
export async function visitRoom(how: Pick<RoomReceiverOptions, 'url' | 'token'>): Promise<string | null> {
  const nothing = (): undefined => undefined;
  const receiver = await RoomReceiver.join({
    ...how,
    listener: {
      onTrack: () => Promise.resolve(null),
      ...{ onMuted: nothing, onWithheld: nothing, onState: nothing, onLost: nothing },
    },
  });
  try {
    const way = receiver.media?.way ?? null;
    return way === null ? null : wayName(way);
  } finally {
    await receiver.close();
  }
}
