import { errorExitCodes, PlateauError } from '../../contract/errors.js';

/** Everything that is wrong with a command line, with the code of the first. */
export class SeveralErrors extends PlateauError {
  /** Two or more, each with its own hint. */
  readonly errors: readonly PlateauError[];

  constructor(first: PlateauError, others: readonly PlateauError[]) {
    const errors = [first, ...others];
    super(
      first.code,
      errors.map(({ message }) => message).join(' '),
      [...new Set(errors.map(({ hint }) => hint))].join(' '),
    );
    this.errors = errors;
  }
}

/** Gathers what is wrong with a command line: whoever has mended one error should not meet the next one then. */
export class Complaints {
  readonly #errors: PlateauError[] = [];

  /**
   * Reads one value. Only what a command line is refused for is gathered; everything else is thrown.
   *
   * @param instead stands in for a value that is wrong, until {@link Complaints.end}
   */
  read<Value, Instead>(reader: () => Value, instead: Instead): Value | Instead {
    try {
      return reader();
    } catch (thrown) {
      this.add(thrown);
      return instead;
    }
  }

  /** One that was met elsewhere. @throws what is none of a command line's */
  add(thrown: unknown): void {
    if (!(thrown instanceof PlateauError) || thrown.exitCode !== errorExitCodes.usage) throw thrown;
    for (const error of thrown instanceof SeveralErrors ? thrown.errors : [thrown])
      if (this.#errors.every(({ message }) => message !== error.message)) this.#errors.push(error);
  }

  /** Lets everything pass that was right. @throws PlateauError when something was wrong; {@link SeveralErrors} for more than one thing */
  end(): void {
    const [first, ...others] = this.#errors;
    if (first === undefined) return;
    throw others.length === 0 ? first : new SeveralErrors(first, others);
  }
}
