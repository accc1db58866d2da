const mebibyte = 1024 * 1024;

/** What the receive path holds at most, and how long it waits. Each buffer of it is in this table. */
export const receiveCaps = {
  /**
   * Asked of the kernel for the socket. 24 streams of 720p lose packets with 106 kB, lose and recover them with 212 kB,
   * and lose none with 1 MB.
   */
  kernelReceiveBytes: 4 * mebibyte,
  /** Below this a warning is due: the kernel gives what `net.core.rmem_max` allows. */
  kernelReceiveLeastBytes: mebibyte,
  /** Packets of one stream that wait for an earlier one: at 2.5 Mbit/s about eight seconds. */
  windowPackets: 2_048,
  windowBytes: 4 * mebibyte,
  /** Numbers that are missing at once of one stream, and are asked for. */
  missingPackets: 1_500,
  /** How long a missing packet is waited for. A retransmission of the server comes within three round trips, or never. */
  videoWaitMs: 1_000,
  audioWaitMs: 400,
  /** Arrivals that transport-wide feedback remembers. */
  feedbackArrivals: 4_096,
} as const;
