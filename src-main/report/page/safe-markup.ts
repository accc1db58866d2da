/** Markup that was put together by {@link markup}: whatever came from outside is escaped in it. */
export class SafeMarkup {
  readonly text: string;

  /** @param text markup in which everything from outside is escaped already */
  constructor(text: string) {
    this.text = text;
  }
}

/** What a template of {@link markup} takes: markup as it is, text escaped, null as nothing. */
export type Insertable = SafeMarkup | string | number | null | readonly Insertable[];

/** What turns the direction of writing or cannot be seen: a name must not rearrange the page around it. */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text for the content of an element or a quoted attribute. */
function escapeMarkup(text: string): string {
  return text.replace(unseen, ' ').replace(/[&<>"']/g, (character) => entities[character] ?? '');
}

/** A template whose inserted values are escaped, unless they are markup themselves. Null is left out. */
export function markup(strings: TemplateStringsArray, ...values: readonly Insertable[]): SafeMarkup {
  return new SafeMarkup(
    strings.reduce((text, part, index) => text + textOf(values[index - 1] ?? null) + part),
  );
}

function textOf(value: Insertable): string {
  if (value === null) return '';
  if (value instanceof SafeMarkup) return value.text;
  if (typeof value === 'string' || typeof value === 'number') return escapeMarkup(String(value));
  return value.map(textOf).join('');
}
