import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { closeCodes } from '../../../../src-main/contract/limits.js';
import { type Socket, SocketLink } from '../../../../src-renderer/transport/socket-link.js';

class FakeSocket implements Socket {
  readonly sent: unknown[] = [];
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: never) => void) | null = null;
  onclose: ((event: never) => void) | null = null;
  closedWith: number | undefined;
  isClosed = false;

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  close(code?: number): void {
    this.closedWith ??= code;
    this.isClosed = true;
  }
  open(): void {
    this.onopen?.(undefined as never);
  }
  receive(message: unknown): void {
    this.receiveData(JSON.stringify(message));
  }
  receiveData(data: unknown): void {
    this.onmessage?.({ data } as never);
  }
  end(code: number): void {
    this.onclose?.({ code } as never);
  }
}

function stage(token: string | null, keptSession: string | null = null, random: () => number = () => 1) {
  const sockets: FakeSocket[] = [];
  let session = keptSession;
  const link = new SocketLink({
    token,
    random,
    session: {
      read: () => session,
      write: (text) => (session = text),
      forget: () => (session = null),
    },
    openSocket: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
  });
  const latest = (): FakeSocket => {
    const socket = sockets[sockets.length - 1];
    if (socket === undefined) throw new Error('no socket was opened');
    return socket;
  };
  return { link, sockets, latest, session: () => session };
}

describe('SocketLink', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('exchanges its token for a session, and shows that after the connection was lost', () => {
    const { link, latest, session } = stage('once');
    link.open();
    latest().open();
    expect(latest().sent).toEqual([{ hello: { token: 'once' } }]);
    latest().receive({ welcome: { session: 'kept' } });
    expect(link.status).toBe('open');
    expect(session()).toBe('kept');
    latest().end(1006);
    expect(link.status).toBe('lost');
    vi.advanceTimersByTime(250);
    latest().open();
    expect(latest().sent).toEqual([{ hello: { session: 'kept' } }]);
  });

  it('tells how an attempt that somebody asked for has ended', async () => {
    const { link, latest } = stage('once');
    link.open();
    latest().open();
    latest().receive({ welcome: { session: 'kept' } });
    expect(await link.retryNow()).toBe(true);
    latest().end(1006);
    const refused = link.retryNow();
    latest().end(1006);
    expect(await refused).toBe(false);
    const unanswered = link.retryNow();
    latest().open();
    await vi.advanceTimersByTimeAsync(4_000);
    expect(await unanswered).toBe(false);
    const welcomed = link.retryNow();
    latest().open();
    latest().receive({ welcome: { session: 'kept' } });
    expect(await welcomed).toBe(true);
  });

  it('answers calls by their number, whatever the order', async () => {
    const { link, latest } = stage('once');
    link.open();
    latest().open();
    latest().receive({ welcome: { session: 'kept' } });
    const [takes, marker] = [link.call('listTakes', {}), link.call('addMarker', { label: 'here', agoMs: 0 })];
    expect(latest().sent.slice(1)).toEqual([
      { id: 1, call: 'listTakes', input: {} },
      { id: 2, call: 'addMarker', input: { label: 'here', agoMs: 0 } },
    ]);
    latest().receive({ id: 2, result: { ok: true, value: { takeMs: 5, label: 'here' } } });
    latest().receive({ id: 1, result: { ok: true, value: [] } });
    expect(await takes).toEqual({ ok: true, value: [] });
    expect(await marker).toEqual({ ok: true, value: { takeMs: 5, label: 'here' } });
  });

  it('lets no call wait for a connection that is gone', async () => {
    const { link, latest } = stage('once');
    link.open();
    latest().open();
    latest().receive({ welcome: { session: 'kept' } });
    const call = link.call('startTake', {});
    latest().end(1006);
    expect(await call).toMatchObject({ ok: false, error: { code: 'connectionLost' } });
    expect(await link.call('stopTake', {})).toMatchObject({ ok: false, error: { code: 'connectionLost' } });
  });

  /** How long it waits for each of eight attempts, none of which succeeds. */
  function waitsMs(random: () => number): number[] {
    const { link, sockets, latest } = stage('once', null, random);
    link.open();
    const waits: number[] = [];
    for (let attempt = 0; attempt < 8; attempt += 1) {
      latest().end(1006);
      const count = sockets.length;
      let waitedMs = 0;
      while (sockets.length === count) {
        vi.advanceTimersByTime(25);
        waitedMs += 25;
      }
      waits.push(waitedMs);
    }
    return waits;
  }

  it('waits longer after each attempt, up to five seconds', () => {
    expect(waitsMs(() => 1)).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000, 5000]);
  });

  it('waits at least half as long, by chance: windows do not all come back at once', () => {
    expect(waitsMs(() => 0)).toEqual([125, 250, 500, 1000, 2000, 2500, 2500, 2500]);
    expect(waitsMs(() => 0.4)).toEqual([175, 350, 700, 1400, 2800, 3500, 3500, 3500]);
  });

  it('hangs up on what is no message of the recorder, and tries again, but not soon', async () => {
    const { link, sockets, latest } = stage('once');
    const heard: unknown[] = [];
    link.subscribe((event) => heard.push(event));
    link.open();
    latest().open();
    latest().receive({ welcome: { session: 'kept' } });
    const call = link.call('listTakes', {});
    latest().receive({ event: { type: 'gossip', gossip: {} } });
    expect(latest()).toMatchObject({ isClosed: true, closedWith: closeCodes.protocolError });
    expect(await call).toMatchObject({ ok: false, error: { code: 'connectionLost' } });
    expect(link.status).toBe('lost');
    expect(heard).toEqual([]);
    vi.advanceTimersByTime(4_999);
    expect(sockets).toHaveLength(1);
    vi.advanceTimersByTime(1);
    latest().open();
    expect(latest().sent).toEqual([{ hello: { session: 'kept' } }]);
  });

  it('gives up when it is refused, until a new link is opened', () => {
    const { link, sockets, latest } = stage('used');
    link.open();
    latest().open();
    latest().end(closeCodes.unauthorized);
    expect(link.status).toBe('refused');
    vi.advanceTimersByTime(60_000);
    expect(sockets).toHaveLength(1);
    link.useToken('new');
    latest().open();
    expect(latest().sent).toEqual([{ hello: { token: 'new' } }]);
  });

  it('says that there are too many windows, and comes in when one was closed', () => {
    const { link, latest } = stage('once');
    link.open();
    latest().open();
    latest().end(closeCodes.tooManyConsoles);
    expect(link.status).toBe('crowded');
    vi.advanceTimersByTime(250);
    expect(link.status).toBe('crowded');
    latest().open();
    latest().receive({ welcome: { session: 'kept' } });
    expect(link.status).toBe('open');
  });

  it('goes on with its session when the used link is opened again in the same tab', () => {
    const { link, latest } = stage('used', 'kept');
    link.open();
    latest().open();
    latest().end(closeCodes.unauthorized);
    latest().open();
    expect(latest().sent).toEqual([{ hello: { session: 'kept' } }]);
    latest().receive({ welcome: { session: 'kept' } });
    expect(link.status).toBe('open');
  });

  it('is refused without a token and a session', () => {
    const { link, sockets } = stage(null);
    link.open();
    expect(link.status).toBe('refused');
    expect(sockets).toHaveLength(0);
  });

  it('passes events on', () => {
    const { link, latest } = stage('once');
    const heard: unknown[] = [];
    link.subscribe((event) => heard.push(event.type));
    link.open();
    latest().open();
    latest().receive({ welcome: { session: 'kept' } });
    latest().receive({ event: { type: 'levels', levels: [] } });
    expect(heard).toEqual(['levels']);
  });
});
