import { inTime } from '../process/deadline.js';
import { diskNotAnswering, diskPatienceMs } from '../storage/take-folder.js';

/** What a call of the disk comes to. @throws PlateauError of a disk that does not answer; what `call` rejects with */
export async function answered<Value>(call: Promise<Value>): Promise<Value> {
  const answer = await inTime(call, diskPatienceMs);
  if (!answer.isInTime) throw diskNotAnswering();
  return answer.value;
}
