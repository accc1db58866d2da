import { PlateauError } from '../../contract/errors.js';

const assertions = ['flat', 'no-leak'] as const;
/** What is demanded: `no-leak` lets an undecided soak pass. */
export type SoakAssertion = (typeof assertions)[number];

/**
 * Reads `--assert`; `flat` when it was left out.
 *
 * @throws PlateauError `usage`
 */
export function readAssertion(text: string | undefined): SoakAssertion {
  const found = assertions.find((assertion) => assertion === (text ?? 'flat'));
  if (found !== undefined) return found;
  throw new PlateauError(
    'usage',
    `“${text ?? ''}” cannot be asserted.`,
    'Write --assert flat or --assert no-leak.',
  );
}
