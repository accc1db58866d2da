import { expect, it } from 'vitest';
import {
  createViewChoices,
  type TextMemory,
  usualShares,
  type ViewChoices,
} from '../../../../src-renderer/stores/view-choices.js';

function memoryWith(text: string | null = null): TextMemory & { text: string | null } {
  const memory = {
    text,
    getItem: () => memory.text,
    setItem: (_: string, written: string) => {
      memory.text = written;
    },
  };
  return memory;
}

it('begins with people large, in the theme of the system, and one press to stop', () => {
  expect(createViewChoices(null).getState()).toMatchObject({
    layout: 'producer',
    theme: 'system',
    participantOrder: 'join',
    stopRule: 'atOnce',
    participantShares: usualShares,
  });
});

it('remembers layout, order, border and how a take is stopped', () => {
  const memory = memoryWith();
  const participantShares = { ...usualShares, qa: 0.4 };
  const chosen = {
    ...{ layout: 'qa', participantOrder: 'problems', stopRule: 'hold', participantShares },
    ...{ chartRange: 'take', hiddenLines: ['native', 'ffmpeg'] },
  } satisfies Partial<ViewChoices>;
  createViewChoices(memory).setState(chosen);
  expect(createViewChoices(memory).getState()).toMatchObject(chosen);
});

it('does not remember who was enlarged, nor a question, nor a zoom', () => {
  const memory = memoryWith();
  const before = createViewChoices(memory);
  const chartZoom = { fromMs: 1_000, toMs: 90_000 };
  before.setState({
    layout: 'qa',
    enlarged: { identity: 'ada', kind: 'participant' },
    isStopAsked: true,
    chartZoom,
  });
  expect(createViewChoices(memory).getState()).toMatchObject({
    enlarged: null,
    isStopAsked: false,
    chartZoom: null,
  });
});

it('takes no choice that there is not', () => {
  for (const participantShares of [
    { producer: 7, qa: 0.3 },
    { producer: 0.5 },
    null,
    'wide',
    { producer: 0.5, qa: '1' },
  ]) {
    const hiddenLines = ['rss', 'swap'];
    const choices = { layout: 'x', participantOrder: 1, stopRule: null, participantShares, hiddenLines };
    const memory = memoryWith(JSON.stringify(choices));
    expect(createViewChoices(memory).getState()).toMatchObject({
      layout: 'producer',
      participantOrder: 'join',
      stopRule: 'atOnce',
      participantShares: usualShares,
      hiddenLines: [],
    });
  }
});
