import { useEffect, useState } from 'react';
import { type Silence, silenceOf } from '../derive/silence.js';
import type { ConsoleModel } from './console-model.js';
import { useModel, useSession } from './model-context.js';

const lookEveryMs = 1_000;

/** Whether the recorder is silent, and for how long; drawn once a second while it is, and not at all otherwise. */
export function useSilence(): Silence | null {
  const model = useModel();
  const link = useSession((state) => state.link);
  const [silence, setSilence] = useState<Silence | null>(null);
  useEffect(() => {
    const look = (): void => {
      const now = currentSilence(model);
      setSilence((before) => (isSame(before, now) ? before : now));
    };
    look();
    const timer = window.setInterval(look, lookEveryMs);
    return () => window.clearInterval(timer);
  }, [model, link]);
  return silence;
}

/** Whether the recorder is silent at this moment; null while it speaks, and where it has nothing to say. */
export function currentSilence(model: Pick<ConsoleModel, 'session' | 'heardAtMs' | 'now'>): Silence | null {
  const { link, console } = model.session.store.getState();
  return silenceOf(link === 'open', console, model.heardAtMs, model.now());
}

function isSame(a: Silence | null, b: Silence | null): boolean {
  return a === b || (a !== null && b !== null && a.seconds === b.seconds && a.isDoubtful === b.isDoubtful);
}
