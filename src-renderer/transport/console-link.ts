import type { ConsoleApi } from '../../src-main/contract/console.js';

/**
 * How the window reaches the recorder. `lost` is being mended, and so is `crowded`: the recorder answers, and has as many
 * windows as it takes. `refused` waits for a person: the link was used before, or the recorder that it belonged to has ended.
 */
export type LinkStatus = 'connecting' | 'open' | 'lost' | 'crowded' | 'refused';

/** The contract, and whether it can be used at the moment. */
export interface ConsoleLink {
  readonly api: ConsoleApi;
  readonly status: LinkStatus;
  /** @returns what ends the subscription */
  onStatus(listener: (status: LinkStatus) => void): () => void;
  /**
   * Does not wait for the next attempt.
   *
   * @returns whether the recorder can be reached: known when the attempt has ended, within seconds
   */
  retryNow(): Promise<boolean>;
}
