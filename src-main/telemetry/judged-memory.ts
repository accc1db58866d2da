/** What is read of a snapshot, by the engine and of a take's telemetry alike. */
interface Judged<Bytes extends number | null> {
  readonly memory: { readonly rssBytes: Bytes };
  /** Left out while the replay buffer is off. */
  readonly replay?: { readonly heldBytes: number } | undefined;
}

/**
 * Resident memory as it is judged: without what the replay buffer holds. That grows until the buffer is full, has a cap and
 * is counted, so that it is no leak.
 *
 * @returns bytes; null where memory could not be read
 */
export function judgedRssBytes<Bytes extends number | null>({
  memory: { rssBytes },
  replay,
}: Judged<Bytes>): number | Extract<Bytes, null> {
  return rssBytes === null ? (rssBytes as Extract<Bytes, null>) : rssBytes - (replay?.heldBytes ?? 0);
}
