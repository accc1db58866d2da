import type { ConsoleParticipant } from '../../../../src-main/contract/console-participant.js';
import { orderParticipants, problemRank } from '../../../derive/participants.js';
import { useConsole, useLosing, useTelemetryValues, useViewChoice } from '../../../model/model-context.js';

/** Everybody in the order that is chosen; for `problems` it changes when somebody's trouble does, not with each number. */
export function useOrderedParticipants(): readonly ConsoleParticipant[] {
  const participants = useConsole((state) => state.participants, nobody);
  const order = useViewChoice(({ participantOrder }) => participantOrder);
  const losing = useLosing();
  const ranks = useTelemetryValues(({ snapshot }) =>
    order === 'problems'
      ? participants.map((participant) => problemRank(participant, snapshot, losing))
      : noRanks,
  );
  return orderParticipants(participants, order, ranks);
}

const nobody: readonly ConsoleParticipant[] = [];
const noRanks: readonly number[] = [];
