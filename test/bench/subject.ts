import type { z } from 'zod';
import { ForkedChild } from '#engine/process/forked-child.js';
import { youngHeapFlag } from '#engine/process/young-heap.js';
import type { Cleanup } from './cleanup.js';
import { childPids, signalProcess } from './proc.js';
import { replySchema, type SubjectReply, type SubjectRequest } from './subject-messages.js';

export type SubjectProgram = 'recorder' | 'dropping-reader' | 'plain-reader' | 'capture';

/** Finalizing a take of some minutes is the longest that is asked for. */
const replyPatienceMs = 180_000;
const endPatienceMs = 5_000;

/**
 * The allocator setting that the product runs with, given to every subject, as is its flag of V8: without it the C library
 * keeps freed frames, and a baseline would look worse than it is.
 */
const allocatorSetting = { MALLOC_MMAP_THRESHOLD_: '131072' };

/** A process that is measured, and that holds nothing but what is measured. */
export class Subject {
  readonly pid: number;
  readonly #child: ForkedChild<SubjectRequest, SubjectReply>;
  readonly #forget: () => Promise<void>;
  #nextId = 1;

  private constructor(program: SubjectProgram, cleanup: Cleanup) {
    this.#child = new ForkedChild({
      entry: new URL(`./${program}-process.js`, import.meta.url),
      subject: `The process ${program}`,
      hint: 'Run the measurement again.',
      reportSchema: replySchema,
      onReport: () => undefined,
      environment: allocatorSetting,
      nodeFlags: [youngHeapFlag],
    });
    const { pid } = this.#child;
    if (pid === undefined) throw this.#child.failure();
    this.pid = pid;
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
    const answered = this.#child.waitFor((reply): reply is SubjectReply => reply.id === id, replyPatienceMs);
    await this.#child.send({ id, command, argument });
    const reply = await answered;
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
    const patienceMs = children.length > 0 ? 0 : endPatienceMs;
    await this.#child.end([{ ask: () => this.#child.disconnect(), patienceMs }]);
    for (const pid of children) signalProcess(pid, 'SIGKILL');
  }
}
