import type { GraphiQLOptions } from 'graphql-yoga';

import type { Database } from '../db/client.ts';
import { writeId } from './global-ids.ts';

const sites = `# Every gallery, how the last sync went, and how much of it is here.
query Sites {
  sites {
    totalCount
    nodes {
      id
      name
      url
      generation
      status
      syncedAt
      paintings { totalCount }
      users { totalCount }
      orders { totalCount }
      lastRun { status endedAt errorMessage }
    }
  }
}
`;

const paintings = `# Paintings for sale in all galleries, the dearest first. Page on with (after: "<endCursor>").
query Paintings($where: PaintingFilter, $search: String, $after: String) {
  paintings(first: 10, where: $where, search: $search, orderBy: {field: PRICE, direction: DESC}, after: $after) {
    totalCount
    nodes {
      id
      name
      price { amount currency }
      status
      year
      technique
      site { name }
    }
    pageInfo { hasNextPage endCursor }
  }
}
`;

const orders = `# The newest orders of all galleries, with what was bought.
query Orders {
  orders(first: 10) {
    nodes {
      id
      orderedAt
      customerName
      status
      totalPrice { amount currency }
      site { name }
      items {
        nodes {
          quantity
          price { amount }
          painting { id name status }
        }
      }
    }
  }
}
`;

const syncSite = `# Brings one gallery up to date. Follow the run in the next tab.
mutation SyncSite($siteId: ID!) {
  syncSite(input: { siteId: $siteId }) {
    ... on SyncSitePayload {
      joined
      run { id status requestedAt }
    }
    ... on Error { code message }
  }
}
`;

const syncProgress = `# Follows a run until it ends. The id is that of the newest run when this page was opened:
# put the one that syncSite answered into the variables.
subscription SyncProgress($runId: ID!) {
  syncProgress(runId: $runId) {
    status
    percent
    entities { entity status expected received created updated unchanged rejected }
  }
}
`;

const syncRun = `# What the last run of a gallery did, what it found wrong, and its log.
query LastRun($siteId: ID!) {
  site(id: $siteId) {
    name
    lastRun {
      id
      status
      startedAt
      endedAt
      entityRuns { entity status received created updated unchanged rejected normalised }
      issues(first: 10) { totalCount nodes { severity entity record path message value } }
      log(last: 20) { nodes { at level entity message } }
    }
  }
}
`;

/** Tabs that show the main job. They run unedited: the ids in them are those of the first site and of the newest run. */
export async function graphiqlOptions({ prisma }: Database): Promise<GraphiQLOptions> {
  const site = await prisma.site.findFirst({ select: { id: true }, orderBy: { id: 'asc' } });
  const siteId = writeId('Site', site?.id ?? 1);
  const run = await prisma.syncRun.findFirst({ select: { id: true }, orderBy: { id: 'desc' } });
  const runId = writeId('SyncRun', run?.id ?? '');
  const tab = (query: string, variables?: object) => ({
    query,
    ...(variables === undefined ? {} : { variables: JSON.stringify(variables, null, 2) }),
  });
  return {
    title: 'Cimaise',
    defaultQuery: sites,
    defaultTabs: [
      tab(sites),
      tab(paintings, { where: { status: { equals: 'AVAILABLE' }, price: { lte: '1500' } }, search: null }),
      tab(orders),
      tab(syncSite, { siteId }),
      ...(run === null ? [] : [tab(syncProgress, { runId })]),
      tab(syncRun, { siteId }),
    ],
  };
}
