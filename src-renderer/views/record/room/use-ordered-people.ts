import type { ConsoleParticipant } from '../../../../src-main/contract/console-participant.js';
import { orderPeople, problemRank } from '../../../derive/people.js';
import { useConsole, useLosing, useTelemetryValues, useViewChoice } from '../../../model/model-context.js';

/** Everybody in the order that is chosen; for `problems` it changes when somebody's trouble does, not with each number. */
export function useOrderedPeople(): readonly ConsoleParticipant[] {
  const participants = useConsole((state) => state.participants, nobody);
  const order = useViewChoice(({ peopleOrder }) => peopleOrder);
  const losing = useLosing();
  const ranks = useTelemetryValues(({ snapshot }) =>
    order === 'problems'
      ? participants.map((participant) => problemRank(participant, snapshot, losing))
      : noRanks,
  );
  return orderPeople(participants, order, ranks);
}

const nobody: readonly ConsoleParticipant[] = [];
const noRanks: readonly number[] = [];
