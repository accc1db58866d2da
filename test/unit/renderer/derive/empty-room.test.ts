import { expect, it } from 'vitest';
import { emptyRoomWords } from '../../../../src-renderer/derive/empty-room.js';

const state = {
  room: 'standup',
  isWaiting: true,
  isRecording: false,
  canStart: true,
  armsNewcomers: 'on' as const,
  serverProblem: null,
};
const gone = 'The LiveKit server at studio.example cannot be reached (connection refused).';

it('says that a room is not open, or that nobody is in it yet', () => {
  expect(emptyRoomWords(state).title).toBe('“standup” is not open');
  expect(emptyRoomWords({ ...state, room: '' }).title).toBe('The room is not open');
  expect(emptyRoomWords(state).text).toMatch(/^Plateau joins it when somebody opens it\. Participants/);
  expect(emptyRoomWords({ ...state, isWaiting: false }).title).toBe('Nobody is in “standup” yet');
});

it('says nothing of a room whose server does not answer, but why, and what happens then', () => {
  const waiting = emptyRoomWords({ ...state, serverProblem: gone });
  expect(waiting).toEqual({
    title: 'The server does not answer',
    text: `${gone} Plateau keeps trying. Plateau joins “standup” when somebody opens it.`,
  });
  const lost = emptyRoomWords({ ...state, isWaiting: false, isRecording: true, serverProblem: gone });
  expect(lost.text).toBe(`${gone} Plateau keeps trying.`);
});
