import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import { childEnd, endsWithin } from '#engine/process/child-lifetime.js';
import { TextTail } from '#engine/process/text-tail.js';
import type { Cleanup } from './cleanup.js';
import { childPids, signalProcess } from './proc.js';
import { replySchema, type SubjectReply, type SubjectRequest } from './subject-messages.js';

export type SubjectProgram = 'recorder' | 'dropping-reader' | 'plain-reader' | 'capture';

/** Finalizing a take of some minutes is the longest that is asked for. */
const replyPatienceMs = 180_000;
const endPatienceMs = 5_000;

/**
 * The allocator setting that the product runs with, given to every subject: without it the C library
 * keeps freed frames, and a baseline would look worse than it is.
 */
const allocatorSetting = { MALLOC_MMAP_THRESHOLD_: '131072' };

/** A process that is measured, and that holds nothing but what is measured. */
export class Subject {
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #errors = new TextTail();
  readonly #pending = new Map<number, (reply: SubjectReply | Error) => void>();
  readonly #forget: () => Promise<void>;
  #nextId = 1;

  private constructor(program: SubjectProgram, cleanup: Cleanup) {
    const child = fork(fileURLToPath(new URL(`./${program}-process.js`, import.meta.url)), [], {
      env: { ...process.env, ...allocatorSetting },
      execArgv: [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // In a group of its own: Ctrl-C is for the bench, which then ends its subjects.
      detached: true,
    });
    if (child.pid === undefined) throw new Error(`the process ${program} could not be started`);
    this.#child = child;
    this.pid = child.pid;
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#errors.push(chunk);
    });
    child.on('message', (message) => {
      const reply = replySchema.parse(message);
      this.#settle(reply.id, reply);
    });
    child.once('exit', (code, signal) => {
      const error = new Error(
        `the process ${program} has ended (${signal ?? code}): ${this.#errors.lastLine()}`,
      );
      for (const id of [...this.#pending.keys()]) this.#settle(id, error);
    });
    this.#forget = cleanup.add(() => this.#end());
  }

  static async launch(program: SubjectProgram, cleanup: Cleanup): Promise<Subject> {
    const subject = new Subject(program, cleanup);
    await subject.ask('ping');
    return subject;
  }

  /** @throws Error when the subject answers with one, or ends */
  async ask(command: string, argument: unknown = null): Promise<unknown> {
    const id = this.#nextId;
    this.#nextId += 1;
    const reply = await new Promise<SubjectReply | Error>((resolve) => {
      const timer = setTimeout(() => {
        this.#settle(id, new Error(`no answer to ${command}`));
      }, replyPatienceMs);
      this.#pending.set(id, (settled) => {
        clearTimeout(timer);
        resolve(settled);
      });
      if (this.#child.connected) this.#child.send({ id, command, argument } satisfies SubjectRequest);
      else this.#settle(id, new Error(`the process has ended: ${this.#errors.lastLine()}`));
    });
    if (reply instanceof Error) throw reply;
    if (!reply.ok) throw new Error(reply.message);
    return reply.value;
  }

  async askFor<Value>(schema: z.ZodType<Value>, command: string, argument: unknown = null): Promise<Value> {
    return schema.parse(await this.ask(command, argument));
  }

  /** Lets it end what it does, then ends it. */
  async stop(): Promise<void> {
    await this.ask('stop');
    await this.kill();
  }

  /** Ends it and its children at once. */
  kill(): Promise<void> {
    return this.#forget();
  }

  async #end(): Promise<void> {
    const children = childPids(this.pid);
    // Without its channel the process ends by itself, when its event loop turns.
    if (this.#child.connected) this.#child.disconnect();
    if (!(await endsWithin(this.#child, children.length > 0 ? 0 : endPatienceMs))) {
      this.#child.kill('SIGKILL');
      await childEnd(this.#child);
    }
    for (const pid of children) signalProcess(pid, 'SIGKILL');
  }

  #settle(id: number, reply: SubjectReply | Error): void {
    const settle = this.#pending.get(id);
    this.#pending.delete(id);
    settle?.(reply);
  }
}
