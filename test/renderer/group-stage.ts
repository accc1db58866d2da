import { afterAll, beforeAll } from 'vitest';
import { sceneBrowser, sharedBrowser } from './shared-browser.js';
import { openWindowStage, type WindowStage } from './window-page.js';

/**
 * The stage of a group of tests, which opens before the first of them and closes after the last. Where time stands it is one for
 * scenes.
 */
export function groupStage(
  options: { readonly standsAt?: Date } = {},
): Pick<WindowStage, 'open' | 'withPage'> {
  let stage: WindowStage | null = null;
  beforeAll(async () => {
    stage = await openWindowStage(
      await (options.standsAt === undefined ? sharedBrowser() : sceneBrowser()),
      options,
    );
  }, 60_000);
  afterAll(() => stage?.close());
  const opened = (): WindowStage => {
    if (stage === null) throw new Error('The stage opens before the first test.');
    return stage;
  };
  return {
    open: (options) => opened().open(options),
    withPage: (options, look) => opened().withPage(options, look),
  };
}
