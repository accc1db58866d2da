/**
 * The IPC channels between window and engine. Nothing else is ever listened to. What travels on them is in
 * `contract/envelope.ts`.
 */
export const channels = {
  /** Window to engine, answered with a result: `Call`. */
  call: 'plateau:call',
  /** Window to engine: it listens from now on, and whatever was under way to it is void. */
  listen: 'plateau:listen',
  /** Engine to window: `EventBatch`. */
  events: 'plateau:events',
  /** Window to engine: `Delivered`. */
  delivered: 'plateau:delivered',
} as const;
