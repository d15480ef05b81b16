import type { Pool, PoolClient } from 'pg';

import type { Database } from '../../../src/db/client.ts';

/** What is called around the work of one process on its database; whatever it throws, the process gets. */
export interface Watch {
  /** Before a connection is taken. */
  transaction?: () => Promise<void>;
  /** Around a statement. */
  statement?: (run: () => Promise<unknown>) => Promise<unknown>;
}

/** The database as one process sees it, so that the process can be held up, or killed, at any statement. */
export function watchedDatabase(database: Database, { transaction, statement }: Watch): Database {
  const around = statement ?? ((run) => run());
  const pool: Pool = new Proxy(database.pool, {
    get(target, property) {
      if (property === 'connect') {
        return async () => {
          await transaction?.();
          return watchedClient(await target.connect(), around);
        };
      }
      if (property === 'query') {
        return async (...query: Parameters<Pool['query']>) => {
          await transaction?.();
          return around(() => Promise.resolve(target.query(...query)));
        };
      }
      return memberOf(target, property);
    },
  });
  return { url: database.url, prisma: database.prisma, pool, [Symbol.asyncDispose]: () => Promise.resolve() };
}

function watchedClient(client: PoolClient, around: NonNullable<Watch['statement']>): PoolClient {
  return new Proxy(client, {
    get(target, property) {
      if (property !== 'query') return memberOf(target, property);
      return (...query: Parameters<PoolClient['query']>) =>
        around(() => Promise.resolve(target.query(...query)));
    },
  });
}

function memberOf(target: object, property: PropertyKey): unknown {
  const member: unknown = Reflect.get(target, property);
  return typeof member === 'function' ? member.bind(target) : member;
}

/** A process that is killed at a statement, which was done, or was not: from there on it gets no answer. */
export function killedAt(atStatement: number, isDone: boolean): { watch: Watch; isDead: () => boolean } {
  let statements = 0;
  const die = () => Promise.reject(new Error('Connection terminated unexpectedly'));
  return {
    isDead: () => statements >= atStatement,
    watch: {
      async statement(run) {
        statements++;
        if (statements > atStatement) return die();
        if (statements < atStatement) return run();
        if (isDone) await run();
        return die();
      },
    },
  };
}

/** A process that stands still before a transaction, until it is woken. */
export function asleepAt(atTransaction: number): { watch: Watch; asleep: Promise<void>; wake: () => void } {
  let transactions = 0;
  const asleep = Promise.withResolvers<void>();
  const woken = Promise.withResolvers<void>();
  return {
    asleep: asleep.promise,
    wake: woken.resolve,
    watch: {
      async transaction() {
        transactions++;
        if (transactions === atTransaction) asleep.resolve();
        if (transactions >= atTransaction) await woken.promise;
      },
    },
  };
}
