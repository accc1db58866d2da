/** Whether a call of the system failed with one of these codes, for example `ENOENT`. */
export function hasCode(thrown: unknown, ...codes: readonly unknown[]): boolean {
  return thrown instanceof Error && 'code' in thrown && codes.includes(thrown.code);
}
