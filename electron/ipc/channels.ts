/** The IPC channels between window and engine. Nothing else is ever listened to. */
export const channels = {
  /** Window to engine, answered: a command's name and its input. */
  call: 'plateau:call',
  /** Window to engine: it listens from now on, and whatever was under way to it is void. */
  listen: 'plateau:listen',
  /** Engine to window: the number of a batch and its events. */
  events: 'plateau:events',
  /** Window to engine: the batch of that number was handed to its listeners. */
  delivered: 'plateau:delivered',
} as const;
