const secretOptions = ['--token', '--copy-token', '--api-secret'];
const secretVariables = ['LIVEKIT_TOKEN', 'LIVEKIT_COPY_TOKEN', 'LIVEKIT_API_SECRET', 'LIVEKIT_E2EE_KEY'];
const mask = '***';

/** So long a text is nobody's name by chance: it is taken out wherever it stands. */
const unmistakableChars = 32;
/** `secret` is the secret of a server in development, and a word of ordinary output. */
const wordLike = /^(?:\p{L}{1,20}|.{1,5})$/su;
/** A secret that could be a word counts as one only where it is called one. */
const label = String.raw`(?:secret|token|password|passphrase|key)["'\s]*[=:]\s*["']?|--(?:(?:copy-)?token|api-secret)[= ]`;
/** Characters that names and paths are made of: beside one of them a secret is a part of something else. */
const nameCharacter = String.raw`[\p{L}\p{N}_/\\-]`;

/** Fields of JSON that hold a name or a path: what is called like a secret is still called so. */
const nameFields: ReadonlySet<string> = new Set([
  'file',
  'htmlPath',
  'identity',
  'jsonPath',
  'manifestPath',
  'name',
  'participantName',
  'path',
  'room',
  'takeFolder',
  'takeName',
  'title',
  'type',
]);

/** Fields of JSON whose values are words of Plateau's own, such as `verified`. */
const wordFields: ReadonlySet<string> = new Set([
  'audioCodec',
  'cause',
  'code',
  'connection',
  'container',
  'endedBy',
  'grade',
  'kind',
  'level',
  'mode',
  'outcome',
  'process',
  'role',
  'schema',
  'state',
  'stream',
  'verdict',
  'videoCodec',
]);

/**
 * Finds the secrets of a command line before it is parsed, so that not even a message about a mistyped
 * command line can repeat them.
 */
export function secretsOf(args: readonly string[], environment: NodeJS.ProcessEnv): readonly string[] {
  const secrets = secretVariables.map((name) => environment[name] ?? '');
  for (const [index, argument] of args.entries()) {
    const [option = '', ...value] = argument.split('=');
    if (!secretOptions.includes(option)) continue;
    secrets.push(argument.includes('=') ? value.join('=') : (args[index + 1] ?? ''));
  }
  // As they are used: a line end behind one must not hide it from the redactor.
  return secrets.map((secret) => secret.trim()).filter((secret) => secret !== '' && !secret.startsWith('--'));
}

/**
 * Takes secrets out of everything that is printed: the last line of defense, messages do not hold any. Only where they
 * stand as such: a room called `secret-santa` keeps its name and its folder when the secret is `secret`.
 */
export class Redactor {
  readonly #secrets: ReadonlySet<string>;
  readonly #patterns: readonly RegExp[];

  /** @param secrets of {@link secretsOf} */
  constructor(secrets: readonly string[]) {
    this.#secrets = new Set(secrets);
    // The longest first: one secret may be the beginning of another.
    this.#patterns = [...secrets].sort((one, other) => other.length - one.length).map(patternOf);
  }

  /** A line for people. */
  readonly text = (text: string): string =>
    this.#patterns.reduce((redacted, pattern) => redacted.replace(pattern, mask), text);

  /** A document as one line of JSON. */
  json(document: object): string {
    return JSON.stringify(document, (field: string, value: unknown) => {
      if (typeof value !== 'string' || nameFields.has(field) || wordFields.has(field)) return value;
      return this.#secrets.has(value) ? mask : this.text(value);
    });
  }
}

function patternOf(secret: string): RegExp {
  const literal = secret.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
  const isWord = wordLike.test(secret);
  if (secret.length >= unmistakableChars && !isWord) return new RegExp(literal, 'gu');
  const before = isWord ? `(?<=${label})` : `(?<!${nameCharacter}|\\.)`;
  return new RegExp(`${before}${literal}(?!${nameCharacter}|\\.[\\p{L}\\p{N}])`, isWord ? 'giu' : 'gu');
}
