/** `Checking 2 of 4`: the file that is being read, of those of a take. */
export function checkText({ checked, files }: { readonly checked: number; readonly files: number }): string {
  return `Checking ${Math.min(checked + 1, files)} of ${files}`;
}
