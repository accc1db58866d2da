import { styleText } from 'node:util';

/** Colors by meaning, only ever beside words that say the same: a color is never the only sign. */
export interface Paint {
  good(text: string): string;
  warning(text: string): string;
  bad(text: string): string;
  strong(text: string): string;
  faint(text: string): string;
}

/** Makes a paint. @param isEnabled false leaves every text as it is */
export function createPaint(isEnabled: boolean): Paint {
  const style =
    (format: Parameters<typeof styleText>[0]) =>
    (text: string): string =>
      // Whether the stream takes colors was decided by whoever made the paint: JSON has its people on stderr.
      isEnabled ? styleText(format, text, { validateStream: false }) : text;
  return {
    good: style('green'),
    warning: style('yellow'),
    bad: style('red'),
    strong: style('bold'),
    faint: style('dim'),
  };
}

/** https://no-color.org, and terminals that cannot. @param isTty whether the stream is a terminal */
export function wantsColor(isTty: boolean, environment: NodeJS.ProcessEnv): boolean {
  return isTty && (environment['NO_COLOR'] ?? '') === '' && environment['TERM'] !== 'dumb';
}
