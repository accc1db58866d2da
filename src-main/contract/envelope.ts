import { z } from 'zod';
import { consoleEventSchema } from './console.js';
import { errorReportSchema } from './error-report.js';

/**
 * What commands, answers and events travel in, over Electron's IPC and over a WebSocket alike. What is inside of a
 * command, its input, is parsed by the command's own schema; whatever is not of these shapes is no message.
 *
 * The codes that a WebSocket is closed with are `closeCodes` in `limits.ts`.
 */

/** One command. IPC pairs it with its answer by itself. */
export const callSchema = z.strictObject({ call: z.string().max(64), input: z.unknown() });
export type Call = z.infer<typeof callSchema>;

/** On a WebSocket a number pairs command and answer: answers come in any order. */
export const numberedCallSchema = callSchema.extend({ id: z.int() });
export type NumberedCall = z.infer<typeof numberedCallSchema>;

/** The first message of a WebSocket: a link's token, good for one use, or the session that it was exchanged for. */
export const helloSchema = z.strictObject({
  hello: z.union([
    z.strictObject({ token: z.string().max(256) }),
    z.strictObject({ session: z.string().max(256) }),
  ]),
});
export type Hello = z.infer<typeof helloSchema>;

/** The answer of a command. Its value is what the contract says of the command of that name. */
const resultSchema = z.discriminatedUnion('ok', [
  z.strictObject({ ok: z.literal(true), value: z.unknown() }),
  z.strictObject({ ok: z.literal(false), error: errorReportSchema.strict() }),
]);

/** What a WebSocket carries towards a console. */
export const serverMessageSchema = z.union([
  z.strictObject({ welcome: z.strictObject({ session: z.string() }) }),
  z.strictObject({ id: z.int(), result: resultSchema }),
  z.strictObject({ event: consoleEventSchema }),
]);
export type ServerMessage = z.infer<typeof serverMessageSchema>;

/** What IPC carries towards a console: the engine sends the next batch when this one was delivered. */
export const eventBatchSchema = z.strictObject({
  batch: z.int().positive(),
  events: z.array(consoleEventSchema).readonly(),
});
export type EventBatch = z.infer<typeof eventBatchSchema>;

/** The console's side of it: that batch was handed to its listeners. */
export const deliveredSchema = z.strictObject({ delivered: z.int().positive() });
export type Delivered = z.infer<typeof deliveredSchema>;
