import type { RoomSession } from '../livekit/room-session.js';
import type { Take } from '../take/take.js';
import type { GovernorTargets } from '../take/take-governor.js';

/** Lets the governor act on whatever room is joined and whatever take runs. @param present asked each time */
export function governorTargets(
  present: () => { readonly session: RoomSession | null; readonly take: Take | null },
): GovernorTargets {
  return {
    layering: () => present().session?.layering ?? { layered: 0, single: 0 },
    requestLayer: (layer) => present().session?.requestLayer(layer),
    limitFrameRate: (maxPerSecond) => {
      const { take } = present();
      if (take !== null) take.frameRateLimit.maxPerSecond = maxPerSecond;
    },
  };
}
