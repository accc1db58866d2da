import { expect, it } from 'vitest';
import {
  type BudgetStep,
  placeLabels,
  stepBehind,
  stepOf,
} from '../../../../src-renderer/derive/budget-steps.js';

function step(atMs: number, label = ''): BudgetStep {
  return { atMs, label, totalBytes: atMs, encoderBytes: 0, text: `step ${atMs}`, terms: [] };
}

it('reads what the engine tells, and leaves out terms that are none', () => {
  const details = {
    ...{ totalBytes: 300e6, encoderBytes: 90e6, label: '+ Ada' },
    ...{ 'frame queues': 40e6, 'replay buffer': 0, decoders: 11e6, 'something new': 3 },
  };
  expect(stepOf({ name: 'budgetChanged', message: 'Memory budget 300 MB', details }, 5)).toEqual({
    ...{ atMs: 5, totalBytes: 300e6, encoderBytes: 90e6, label: '+ Ada', text: 'Memory budget 300 MB' },
    terms: [
      { term: 'decoders', bytes: 11e6 },
      { term: 'frame queues', bytes: 40e6 },
    ],
  });
});

it('is no step of another event, of one without its sum, or at no time', () => {
  const told = { name: 'budgetChanged', message: '', details: { totalBytes: 1 } };
  expect(stepOf(told, 5)).not.toBeNull();
  expect(stepOf({ ...told, name: 'participantJoined' }, 5)).toBeNull();
  expect(stepOf({ ...told, details: {} }, 5)).toBeNull();
  expect(stepOf(told, Number.NaN)).toBeNull();
});

it('finds the step that the budget of a row came with: its bucket has the last of its values', () => {
  const steps = [step(1_000), step(4_900)];
  const behind = (atMs: number, budgetBytes: number | null = 1): number | undefined =>
    stepBehind(steps, { atMs, budgetBytes }, 2_000)?.atMs;
  expect(behind(-1_000)).toBeUndefined();
  expect(behind(3_000)).toBe(1_000);
  expect(behind(4_000)).toBe(4_900);
  expect(behind(60_000)).toBe(4_900);
  expect(behind(60_000, null)).toBeUndefined();
});

it('leaves out labels that would cover another, and turns one round that would stand outside', () => {
  const [xOf, yOf] = [(atMs: number): number => atMs, (): number => 0];
  const steps = [
    ...[step(-20, 'before'), step(0, '+ Ada'), step(20, '+ Ben'), step(90), step(100, '+ Eve')],
    step(298, '+ Max'),
  ];
  const placed = placeLabels(steps, xOf, yOf, 300).map(({ anchor, step: { label } }) => `${label} ${anchor}`);
  // The label of Ada would cover the point of Ben.
  expect(placed).toEqual(['+ Ben start', '+ Eve start', '+ Max end']);
  // At another height there is room.
  const high = placeLabels(steps, xOf, (bytes) => bytes, 300).map(({ step: { label } }) => label);
  expect(high).toEqual(['+ Ada', '+ Ben', '+ Eve', '+ Max']);
});

it('puts a label before its point where another step comes soon behind it, a little higher', () => {
  const steps = [step(100, '+ 3 files'), step(130, '+ eve')];
  const yOf = (bytes: number): number => (bytes === 100 ? 60 : 45);
  const placed = placeLabels(steps, (atMs) => atMs, yOf, 300, 20);
  expect(placed.map(({ anchor, step: { label }, y }) => [label, anchor, y])).toEqual([
    ['+ 3 files', 'end', 54],
    ['+ eve', 'start', 39],
  ]);
  // Above the plot's top nothing is drawn.
  expect(
    placeLabels(
      [step(100, '+ 3 files')],
      (atMs) => atMs,
      () => 22,
      300,
      20,
    )[0]?.y,
  ).toBe(30);
});
