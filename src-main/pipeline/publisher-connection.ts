/** What the server thinks of a participant's way to it, from bad to good. */
export const connectionQualities = ['lost', 'poor', 'good', 'excellent'] as const;
export type PublisherConnectionQuality = (typeof connectionQualities)[number];

/**
 * What the server says of a participant's way to it. It looks at the numbers of the packets that came, every five
 * seconds, and tells when its opinion changes: one that gets worse means packets that were sent and did not come.
 */
export class PublisherConnection {
  #quality: PublisherConnectionQuality = 'excellent';
  #falls = 0;

  /** How often it has got worse. */
  get falls(): number {
    return this.#falls;
  }

  /** As bad as the server calls it, as long as something comes. */
  get isPoor(): boolean {
    return this.#quality === 'poor' || this.#quality === 'lost';
  }

  /** The server has another opinion. */
  changed(quality: PublisherConnectionQuality): void {
    const isWorse = connectionQualities.indexOf(quality) < connectionQualities.indexOf(this.#quality);
    this.#quality = quality;
    if (isWorse) this.#falls += 1;
  }
}
