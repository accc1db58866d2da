/**
 * Whether two sentences of the event log say the same, apart from their figures: then one line may stand for both. A number in a
 * name is no figure.
 */
export function saysTheSame(one: string, other: string): boolean {
  return withoutFigures(one) === withoutFigures(other);
}

function withoutFigures(message: string): string {
  return message
    .split(' ')
    .map((word) => (/\d/.test(word) && !/[a-z]/i.test(word) ? '0' : word))
    .join(' ');
}
