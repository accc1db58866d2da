const secretOptions = ['--token', '--api-secret'];
const secretVariables = ['LIVEKIT_TOKEN', 'LIVEKIT_API_SECRET'];
/** Shorter texts are no secrets, and hiding them would make words of ordinary output unreadable. */
const minSecretChars = 6;
const mask = '***';

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
  return secrets
    .map((secret) => secret.trim())
    .filter((secret) => secret.length >= minSecretChars && !secret.startsWith('--'));
}

/** Takes secrets out of everything that is printed: the last line of defence, messages do not hold any. */
export function redactorFor(secrets: readonly string[]): (text: string) => string {
  // The longest first: one secret may be the beginning of another.
  const ordered = [...secrets].sort((one, other) => other.length - one.length);
  return (text) => ordered.reduce((redacted, secret) => redacted.replaceAll(secret, mask), text);
}
