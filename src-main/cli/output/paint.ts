/** Colors, only ever beside words that say the same: a color is never the only sign. */
export interface Paint {
  good(text: string): string;
  warning(text: string): string;
  bad(text: string): string;
  strong(text: string): string;
  faint(text: string): string;
}

/** @param isEnabled false leaves every text as it is */
export function createPaint(isEnabled: boolean): Paint {
  const sgr =
    (begin: number, end: number) =>
    (text: string): string =>
      isEnabled ? `\u001b[${begin}m${text}\u001b[${end}m` : text;
  return { good: sgr(32, 39), warning: sgr(33, 39), bad: sgr(31, 39), strong: sgr(1, 22), faint: sgr(2, 22) };
}

/** https://no-color.org, and terminals that cannot. */
export function wantsColor(isTty: boolean, environment: NodeJS.ProcessEnv): boolean {
  return isTty && (environment['NO_COLOR'] ?? '') === '' && environment['TERM'] !== 'dumb';
}
