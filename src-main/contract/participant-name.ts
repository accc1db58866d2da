/** What whose file it is are called: by their name, or by their identity where they have none. */
export function participantNameOf(of: {
  readonly identity: string;
  /** Empty where nobody has given one. */
  readonly participantName: string;
}): string {
  return of.participantName === '' ? of.identity : of.participantName;
}
