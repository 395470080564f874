import { readFileSync } from 'node:fs';

/** For what is no connection: files, the database, ComfyUI's socket, the runtime's own. */
const RESERVED = 128;

/** One for the client and, where its request is passed on to ComfyUI, one for that. */
const FILES_PER_CONNECTION = 2;

export interface ConnectionLimit {
  readonly connections: number;
  /** One sentence for the owner, when that is fewer than was asked for. */
  readonly warning: string | null;
}

/**
 * How many connections may be open at once, of the `asked` ones, when a process may have `openFiles` files open (null:
 * unknown, and so not considered). A connection that finds no file left is not refused: it hangs until one is free.
 */
export function connectionsWithin(asked: number, openFiles: number | null): ConnectionLimit {
  const room =
    openFiles === null ? asked : Math.max(1, Math.floor((openFiles - RESERVED) / FILES_PER_CONNECTION));
  if (room >= asked) return { connections: asked, warning: null };
  const needed = asked * FILES_PER_CONNECTION + RESERVED;
  return {
    connections: room,
    warning:
      `This process may have ${openFiles} files open, enough for ${room} connections and not for STUDIO_MAX_CONNECTIONS=${asked}, ` +
      `so ${room} is the limit now. For all of them ${needed} are needed: ` +
      `ulimit -Hn ${needed} in a shell, LimitNOFILE=${needed} in a systemd unit, --ulimit nofile=${needed} with Docker.`,
  };
}

/** The number in the line "Max open files" of a /proc/PID/limits (proc(5)): the soft limit. Null when it is not to be found. */
export function parseOpenFileLimit(limits: string): number | null {
  const soft = /^Max open files +(\d+|unlimited) /m.exec(limits)?.[1];
  if (soft === undefined || soft === 'unlimited') return null;
  return Number(soft);
}

/** This process's limit. Node has raised it to the hard limit when it started. Null where there is no /proc. */
export function openFileLimit(): number | null {
  try {
    return parseOpenFileLimit(readFileSync('/proc/self/limits', 'utf8'));
  } catch {
    return null;
  }
}
