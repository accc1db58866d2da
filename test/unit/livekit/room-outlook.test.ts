import { beforeEach, describe, expect, it } from 'vitest';
import { PlateauError } from '#engine/contract/errors.js';
import type { RoomAnswer } from '#engine/livekit/connect/room-lookup.js';
import { RoomOutlook } from '#engine/livekit/room-outlook.js';

const gone = new PlateauError('serverUnreachable', 'The server cannot be reached.', 'Check it.');
const missing = new PlateauError('roomNotFound', 'The server does not know this room.', 'Check it.');
const unreachable: RoomAnswer = { kind: 'unreachable', error: gone };

let said: string[];
let answer: RoomAnswer;
let canLook: boolean;

beforeEach(() => {
  said = [];
  canLook = true;
});

function outlook(): RoomOutlook {
  return new RoomOutlook(
    {
      get canLook() {
        return canLook;
      },
      ask: () => Promise.resolve(answer),
    },
    {
      onServerUnreachable: ({ message }) => said.push(message),
      onServerAnswers: () => said.push('answers'),
      onJoinedUnasked: (why) => said.push(`joined unasked: ${why}`),
    },
  );
}

describe('a server that does not answer while a room is waited for', () => {
  it('is told once, again when it answers, and the next time anew', async () => {
    const room = outlook();
    for (let attempt = 0; attempt < 5; attempt += 1) room.failed(gone, true);
    expect(said).toEqual([gone.message]);
    answer = { kind: 'closed' };
    await room.ask();
    await room.ask();
    expect(said).toEqual([gone.message, 'answers']);
    room.failed(gone, true);
    room.failed(missing, true);
    room.failed(gone, true);
    room.joined(false);
    expect(said.slice(2)).toEqual([gone.message, 'answers', gone.message, 'answers']);
  });

  it('is not told to answer to one who has left meanwhile', async () => {
    const room = outlook();
    room.failed(gone, true);
    answer = { kind: 'closed' };
    const asked = room.ask();
    room.close();
    await asked;
    expect(said).toEqual([gone.message]);
  });

  it('is the caller’s to tell where the attempt is not repeated', () => {
    outlook().failed(gone, false);
    expect(said).toEqual([]);
  });

  it('is not joined by one who only waits: coming back without the room, it would be opened', async () => {
    const room = outlook();
    answer = unreachable;
    expect(room.reasonToStayOut(await room.ask())).toBeNull();
    answer = { kind: 'closed' };
    await room.ask();
    answer = unreachable;
    expect(room.reasonToStayOut(await room.ask())).toBe(gone);
    answer = { kind: 'open' };
    expect(room.reasonToStayOut(await room.ask())).toBeNull();
  });
});

describe('a room that was joined without knowing whether it was open', () => {
  const silent: RoomAnswer = { kind: 'unknown', why: 'The server answered 404.' };
  const told = 'joined unasked: The server answered 404.';

  it('is told once, where nobody else is in it', async () => {
    const room = outlook();
    answer = silent;
    await room.ask();
    room.joined(true);
    await room.ask();
    room.joined(true);
    expect(said).toEqual([told]);
  });

  it('is not told where somebody is in it, the server said that it is open, or joining makes no rooms', async () => {
    const room = outlook();
    answer = silent;
    await room.ask();
    room.joined(false);
    answer = { kind: 'open' };
    await room.ask();
    room.joined(true);
    room.failed(missing, false);
    answer = silent;
    await room.ask();
    room.joined(true);
    expect(said).toEqual([]);
  });

  it('is not told a second time by one who has said that it waits inside', async () => {
    const room = outlook();
    canLook = false;
    expect(room.beginWaiting()).toBe(true);
    answer = silent;
    await room.ask();
    room.joined(true);
    expect(said).toEqual([]);
  });
});
