import type { LinkStatus } from '../transport/console-link.js';

/** What is said while there is no recorder to show, and what to do. */
export interface LinkText {
  readonly message: string;
  /** Null while there is nothing to do. */
  readonly hint: string | null;
}

/**
 * Why the window shows nothing. Whoever is refused, or one too many, has got an answer: `plateau serve` runs, and must not be
 * started anew.
 */
export function linkText(link: LinkStatus): LinkText {
  switch (link) {
    case 'refused':
      return {
        message: 'This window has no valid link',
        hint: 'Each link opens one window, once, and is good until its plateau serve ends. Plateau is running: open the link that its terminal shows last.',
      };
    case 'crowded':
      return {
        message: 'Too many windows are open',
        hint: 'Plateau is running. Close another window of it: this one connects by itself then.',
      };
    case 'lost':
      return {
        message: 'Recorder not responding',
        hint: 'Check that plateau serve is running. This window reconnects automatically.',
      };
    case 'connecting':
    case 'open':
      return { message: 'Connecting to the recorder…', hint: null };
  }
}
