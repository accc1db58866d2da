import { type ChildProcess, spawn } from 'node:child_process';
import { Socket } from 'node:net';

/**
 * Reads `+ SECONDS PID` and `- SECONDS PID`, and kills whoever is left so much later, with the group that it leads, once its
 * input ends: the kernel closes that with us, however we end.
 */
const script = `
left=
while read -r sign seconds pid; do
  case $sign in
    +) left="$left $seconds:$pid" ;;
    -) rest=; for one in $left; do [ "$one" = "$seconds:$pid" ] || rest="$rest $one"; done; left=$rest ;;
  esac
done
end() { kill -KILL "-$1" 2>/dev/null || kill -KILL "$1" 2>/dev/null; }
for one in $left; do [ "\${one%%:*}" != 0 ] || end "\${one#*:}"; done
for one in $left; do [ "\${one%%:*}" = 0 ] || { sleep "\${one%%:*}"; end "\${one#*:}"; } & done
wait`;

/** The one shell that stands by; null before the first child, without a shell, and once it has ended. */
let guard: ChildProcess | null = null;
/** How many seconds each of them may live longer than this process. */
const guarded = new Map<number, number>();

/**
 * Lets no child outlive this process, also when this process is killed without a chance to clean up: an ffmpeg that
 * stands still does not see that its input has ended, and one that finalizes needs none. One shell stands by for all
 * children. Windows, and a machine without a shell, have none.
 *
 * @param child just spawned, as the leader of a group or not; one that never started is passed over
 * @param graceSeconds for a child that sees by itself that this process is gone, and has something to end then; whole
 */
export function endWithThisProcess(child: ChildProcess, graceSeconds = 0): void {
  const { pid } = child;
  if (pid === undefined || process.platform === 'win32') return;
  guarded.set(pid, graceSeconds);
  if (guard === null) startGuard();
  else tell('+', pid, graceSeconds);
  // The pid may be somebody else's as soon as the child is gone.
  child.once('exit', () => {
    guarded.delete(pid);
    tell('-', pid, graceSeconds);
  });
}

function startGuard(): void {
  const shell = spawn('sh', ['-c', script], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // In a session of its own, so that Ctrl-C in the terminal does not take it away first.
    detached: true,
  });
  shell.on('error', () => undefined);
  if (shell.pid === undefined) return;
  shell.stdin.on('error', () => undefined);
  shell.unref();
  // The pipe alone must not keep this process alive: ChildProcess.unref() leaves its streams referenced.
  if (shell.stdin instanceof Socket) shell.stdin.unref();
  guard = shell;
  // Whoever ends every process of ours ends it, too: the next child brings another one.
  shell.once('exit', () => {
    guard = null;
  });
  for (const [pid, graceSeconds] of guarded) tell('+', pid, graceSeconds);
}

function tell(sign: '+' | '-', pid: number, graceSeconds: number): void {
  guard?.stdin?.write(`${sign} ${graceSeconds} ${pid}\n`);
}
