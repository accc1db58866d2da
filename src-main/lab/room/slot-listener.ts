import type { SlotListener } from './clip-camera.js';
import type { PublisherCounters } from './publisher-counters.js';
import type { SlotOwner } from './slot-log.js';

/** Counts frames of cameras; which slots were late is told of all sources. */
export function slotListener(owner: SlotOwner, counters: PublisherCounters): SlotListener {
  const isCamera = owner.medium !== 'microphone';
  return {
    served(slotMs, nowMs) {
      counters.slotLog.served(owner, slotMs, nowMs);
      if (isCamera) counters.addFrame(0, 0);
    },
    leftOut(slotMs, count, periodMs) {
      counters.slotLog.leftOut(owner, slotMs, count, periodMs);
      if (isCamera) counters.addSkipped(count);
    },
  };
}
