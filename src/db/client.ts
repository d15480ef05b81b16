import { PrismaPg } from '@prisma/adapter-pg';
import { DatabaseError, Pool, type PoolClient, type PoolConfig } from 'pg';

import { CimaiseError, systemCodeOf } from '../core/errors.ts';
import { PrismaClient } from './generated/prisma/client.ts';

/** One pool for both doors to the database: Prisma for records, plain SQL for bulk writes and lists. */
export interface Database extends AsyncDisposable {
  readonly url: string;
  readonly pool: Pool;
  readonly prisma: PrismaClient;
}

export interface DatabaseOptions {
  /** Shown in pg_stat_activity. */
  applicationName: string;
  /** Connections at most. */
  connections: number;
  /** Called when an idle connection breaks (the database was restarted, say). The pool opens another by itself. */
  onError: (error: Error) => void;
}

const CONNECTION_TIMEOUT_MS = 10_000;

/** Opens the pool lazily: the first query connects. */
export function openDatabase(url: string, options: DatabaseOptions): Database {
  const pool = openPool(url, options);
  const prisma = new PrismaClient({
    adapter: new PrismaPg(pool),
    // Its own 2 s would fail some of a few hundred syncs that are asked for at once.
    transactionOptions: { maxWait: CONNECTION_TIMEOUT_MS },
  });
  return {
    url,
    pool,
    prisma,
    async [Symbol.asyncDispose]() {
      await prisma.$disconnect();
      await pool.end();
    },
  };
}

/**
 * Connections for statements that are prepared once and only read. Their plans hold for any values: such a statement
 * is looked up in indexes whatever it is given, and to plan it anew would take longer than to run it.
 */
export const openReadingPool = (url: string, options: DatabaseOptions): Pool =>
  openPool(url, options, {
    options: '-c plan_cache_mode=force_generic_plan -c jit=off -c default_transaction_read_only=on',
  });

function openPool(url: string, options: DatabaseOptions, settings: PoolConfig = {}): Pool {
  const pool = new Pool({
    connectionString: url,
    application_name: options.applicationName,
    max: options.connections,
    connectionTimeoutMillis: CONNECTION_TIMEOUT_MS,
    ...settings,
  });
  pool.on('error', options.onError);
  return pool;
}

/** Runs `work` in one transaction on one connection: committed when it returns, rolled back when it throws. */
export async function transaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken = false;
  // The pool does not listen while a connection is lent out, and an error nobody listens to ends the process. The
  // query under way is rejected all the same.
  const onError = () => (broken = true);
  client.on('error', onError);
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    // A connection that cannot even roll back is not given back to the pool.
    await client.query('ROLLBACK').catch(() => (broken = true));
    throw error;
  } finally {
    client.off('error', onError);
    client.release(broken);
  }
}

/** PostgreSQL's classes of errors that say nothing about the statement: connection, resources, operator's doing. */
const NOT_THE_STATEMENT = /^(08|53|57)/;
/** What the driver throws without a code. */
const DRIVER_LOST = /connection terminated|not queryable|timeout exceeded when trying to connect/i;

/**
 * Whether the failure is that the database could not be reached, was stopped or crashed: the same may work in a moment.
 *
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
export function isConnectionLost(error: unknown): boolean {
  if (error instanceof CimaiseError || !(error instanceof Error)) return false;
  const code = systemCodeOf(error);
  if (error instanceof DatabaseError) return NOT_THE_STATEMENT.test(code ?? '');
  return /^E[A-Z]+$/.test(code ?? '') || DRIVER_LOST.test(error.message);
}
