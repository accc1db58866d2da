import type { ConsoleApi } from '../../src-main/contract/console.js';
import type { FeedName, LiveImage } from '../../src-main/contract/media-events.js';

/** Before it is asked again when there was nothing to show, or nobody to ask. */
const pauseMs = 500;

interface Watched {
  readonly feed: FeedName;
  readonly onImage: (image: LiveImage) => void;
}

/**
 * Live images of the one tile that is enlarged. The next one is asked for when the one before is drawn: there is never
 * more than one on its way, whatever the recorder and the way to it can do.
 */
export class LiveImages {
  readonly #api: ConsoleApi;
  #watched: Watched | null = null;
  #isAsking = false;

  constructor(api: ConsoleApi) {
    this.#api = api;
  }

  /**
   * Shows somebody live, in the place of whoever was shown before.
   *
   * @param onImage has drawn it when it returns
   * @returns what ends it
   */
  watch(feed: FeedName, onImage: Watched['onImage']): () => void {
    const watched: Watched = { feed, onImage };
    this.#watched = watched;
    void this.#ask();
    return () => {
      if (this.#watched === watched) this.#watched = null;
    };
  }

  async #ask(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    for (let watched = this.#watched; watched !== null; watched = this.#watched) {
      const image = await this.#next(watched.feed);
      // Whoever was enlarged meanwhile has no use for it.
      if (this.#watched !== watched) continue;
      if (image !== null) watched.onImage(image);
      else await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    this.#isAsking = false;
  }

  async #next(feed: FeedName): Promise<LiveImage | null> {
    try {
      const result = await this.#api.call('nextImage', feed);
      return result.ok ? result.value : null;
    } catch {
      // The program around this window ends.
      return null;
    }
  }
}
