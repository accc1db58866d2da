import type { Page } from 'playwright-core';

/** A state of the window that somebody may meet. */
export interface Scene {
  readonly name: string;
  readonly arrange: (page: Page) => Promise<void>;
  /** It is looked at in every size. */
  readonly isLayout?: boolean;
  /** Also in a window that is narrow, or enlarged to twice its size. */
  readonly isNarrow?: boolean;
  /** What the browser says against this scene, and against no other. */
  readonly complaints?: readonly string[];
}
