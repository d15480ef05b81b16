import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** A process as proc_pid_stat(5) has it; the times are CPU, of user and system together. */
interface Stat {
  parent: number;
  ownMs: number;
  /** Of its children that have ended. */
  endedChildrenMs: number;
}

const TICK_MS = 10; // sysconf(_SC_CLK_TCK) is 100 on every Linux that Node runs on

/** The CPU that a process has used so far, in ms, all its threads together. */
export const cpuMsOf = (pid: number): number => statOf(pid)?.ownMs ?? 0;

/** The CPU of the PostgreSQL under a data directory so far, in ms: all its processes, those that have ended too. */
export function cpuMsOfPostgres(dataDir: string): number {
  const [line = ''] = readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n');
  const postmaster = Number(line);
  const children = readdirSync('/proc').flatMap((name) => {
    const stat = /^\d+$/.test(name) ? statOf(Number(name)) : undefined;
    return stat?.parent === postmaster ? [stat] : [];
  });
  const { ownMs = 0, endedChildrenMs = 0 } = statOf(postmaster) ?? {};
  return children.reduce((sum, child) => sum + child.ownMs, ownMs + endedChildrenMs);
}

function statOf(pid: number): Stat | undefined {
  try {
    // The second field, the name, may hold spaces: what is counted begins after it, with the third.
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const ms = (first: number) => (Number(fields[first]) + Number(fields[first + 1])) * TICK_MS;
    return { parent: Number(fields[1]), ownMs: ms(11), endedChildrenMs: ms(13) };
  } catch {
    return undefined; // it has ended meanwhile
  }
}
