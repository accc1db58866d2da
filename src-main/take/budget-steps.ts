import { type BudgetTerm, budgetTerms } from '../contract/budget-terms.js';
import { formatBytes } from '../format/bytes.js';
import type { Budget } from '../telemetry/budget.js';
import type { FileShape } from './stream-shape.js';

/** A budget, and the files that it was computed for. */
export interface ExplainedBudget {
  readonly budget: Budget;
  readonly open: readonly FileShape[];
}

/** Why a budget is another one than before. */
export interface BudgetStep {
  /** One sentence for people, with both sums. */
  readonly message: string;
  /** A word or two, for a place beside the step; empty where the sentence has to be read. */
  readonly label: string;
}

/** What is less is not seen on a chart: it is told with the next step that is. In bytes. */
const leastStepBytes = 500_000;
/** The others are counted. */
const maxNamed = 3;

/**
 * Says why a budget has changed: which files were opened, have closed or have larger frames, and what else.
 *
 * @param before what was told last @param after as it is now
 * @returns null where the step is too small to be seen
 */
export function explainStep(before: ExplainedBudget, after: ExplainedBudget): BudgetStep | null {
  const bytes = after.budget.totalBytes - before.budget.totalBytes;
  if (Math.abs(bytes) < leastStepBytes) return null;
  const { causes, label } = causesOf(before, after);
  const by = `${formatBytes(Math.abs(bytes))} ${bytes > 0 ? 'more' : 'less'}`;
  return {
    message: `Memory budget ${formatBytes(after.budget.totalBytes)}, ${by}: ${causes.join('; ')}`,
    label,
  };
}

function causesOf(
  before: ExplainedBudget,
  after: ExplainedBudget,
): { readonly causes: readonly string[]; readonly label: string } {
  const [had, has] = [encodersByFile(before.open), encodersByFile(after.open)];
  const opened = [...has.values()].filter(({ shape }) => !had.has(shape.key));
  const closed = [...had.values()].filter(({ shape }) => !has.has(shape.key));
  const kept = [...has.values()].flatMap((now) => {
    const earlier = had.get(now.shape.key);
    return earlier === undefined ? [] : [{ now, earlier }];
  });
  const files = [
    ...told(opened, 'was opened', 'were opened'),
    ...told(closed, 'has closed', 'have closed'),
    ...told(
      kept.filter(({ earlier, now }) => earlier.shape.frame === null && now.shape.frame !== null).map(nowOf),
      'has video now',
      'have video now',
    ),
    ...told(
      kept.filter(({ earlier, now }) => isResized(earlier.shape, now.shape)).map(nowOf),
      'has frames of another size',
      'have frames of another size',
    ),
    ...told(
      kept.filter(({ earlier, now }) => now.encoders > earlier.encoders).map(nowOf),
      'has a second encoder, for its next part',
      'have a second encoder, for their next part',
    ),
    ...told(
      kept.filter(({ earlier, now }) => now.encoders < earlier.encoders).map(nowOf),
      'has one encoder again',
      'have one encoder again',
    ),
  ];
  const terms = causesOfTerms(before.budget, after.budget);
  const bytes = after.budget.totalBytes - before.budget.totalBytes;
  const isExplained = files.length > 0 || terms.some((term) => Math.sign(term.bytes) === Math.sign(bytes));
  const words = terms.map(({ words: [more, less], bytes: ofTerm }) => (ofTerm > 0 ? more : less));
  return {
    causes: isExplained ? [...files, ...words] : [largestChange(before.budget, after.budget), ...words],
    label: labelOf(opened, closed),
  };
}

interface OpenEncoders {
  readonly shape: FileShape;
  readonly encoders: number;
}

function encodersByFile(open: readonly FileShape[]): Map<string, OpenEncoders> {
  const files = new Map<string, OpenEncoders>();
  for (const shape of open)
    files.set(shape.key, { shape, encoders: (files.get(shape.key)?.encoders ?? 0) + 1 });
  return files;
}

function nowOf({ now }: { readonly now: OpenEncoders }): OpenEncoders {
  return now;
}

function isResized({ frame: had }: FileShape, { frame: has }: FileShape): boolean {
  if (had === null || has === null) return false;
  return had.width !== has.width || had.height !== has.height;
}

function told(files: readonly OpenEncoders[], one: string, several: string): string[] {
  if (files.length === 0) return [];
  const names = files.slice(0, maxNamed).map(({ shape: { file, who } }) => `${file} (${who})`);
  const others = files.length - names.length;
  const all = others === 0 ? names : [...names, `${others} more`];
  const last = all.pop() ?? '';
  const list = all.length === 0 ? last : `${all.join(', ')} and ${last}`;
  return [`${list} ${files.length === 1 ? one : several}`];
}

/** Of one person their name, of several how many files. */
function labelOf(opened: readonly OpenEncoders[], closed: readonly OpenEncoders[]): string {
  const [files, sign] = opened.length > 0 ? [opened, '+'] : [closed, '−'];
  if (files.length === 0 || (opened.length > 0 && closed.length > 0)) return '';
  const people = new Set(files.map(({ shape }) => shape.who));
  const [who] = people;
  return people.size === 1 ? `${sign} ${who ?? ''}` : `${sign} ${files.length} files`;
}

type Words = readonly [more: string, less: string];

/** What no file explains. */
const termCauses: Partial<Record<BudgetTerm, Words>> = {
  'earlier connections (SDK)': [
    'the SDK keeps memory of a connection that was replaced',
    'the SDK keeps less',
  ],
  'in use before the take': [
    'more was in use before the take',
    'memory from before the take has been given back',
  ],
  'closed files, not given back': [
    'what closed files had is not given back yet',
    'memory of closed files has been given back',
  ],
  'packets of files that are finalized': ['the files are being finalized', 'the files are finalized'],
  'packets of takes that are checked': [
    'an earlier take is being checked',
    'the check of an earlier take has ended',
  ],
  'replay buffer': ['the replay buffer holds more', 'the replay buffer holds less'],
  'copy: process of its own (Node)': [
    'a process of its own receives the room',
    'the process that received the room has ended',
  ],
  'copy: previews in the console': [
    'the console decodes more previews',
    'the console decodes fewer previews',
  ],
};

function causesOfTerms(before: Budget, after: Budget): { readonly bytes: number; readonly words: Words }[] {
  return budgetTerms.flatMap((term) => {
    const bytes = termOf(after, term) - termOf(before, term);
    const words = termCauses[term];
    return words === undefined || Math.abs(bytes) < leastStepBytes ? [] : [{ bytes, words }];
  });
}

function largestChange(before: Budget, after: Budget): string {
  const changes = budgetTerms.map((term) => ({ term, bytes: termOf(after, term) - termOf(before, term) }));
  const { bytes, term } = changes.reduce((one, other) =>
    Math.abs(other.bytes) > Math.abs(one.bytes) ? other : one,
  );
  return `${term}, ${formatBytes(Math.abs(bytes))} ${bytes > 0 ? 'more' : 'less'}`;
}

function termOf({ lines }: Budget, term: BudgetTerm): number {
  return lines.find(({ buffer }) => buffer === term)?.bytes ?? 0;
}
