import { builder } from '../builder.ts';
import { badInput } from '../errors.ts';
import {
  type Freshness as FreshnessValue,
  type LateSite,
  MAX_NAMED,
  type MaybeFreshness,
  type StaleReason,
} from '../freshness.ts';
import { Site } from './site.ts';

const StaleReasonEnum = builder.enumType('StaleReason', {
  description: 'Why what is here of a site may not be what the site holds.',
  values: {
    TOO_OLD: { description: 'No sync has proven it complete for longer than `Freshness.staleAfterMinutes`.' },
    KEY_REFUSED: { description: 'The site refused its key when it was last asked.' },
    SYNC_FAILED: { description: 'The last sync failed for another reason: see `errorCode`.' },
    UNPROVEN: { description: 'The last sync read all of it, and could not prove that nothing was missed.' },
    UNSUPPORTED: { description: 'The site does not have it any more (404); what was here stays.' },
    DELETIONS_HELD: {
      description:
        'Rows that are gone from the site are still here, until a person confirms it: see `deletionHolds`.',
    },
  } satisfies Record<StaleReason, object>,
});

const SiteFreshness = builder.objectRef<LateSite>('SiteFreshness').implement({
  description: 'How far what is here of a site can be trusted.',
  fields: (t) => ({
    site: t.field({
      type: Site,
      description: 'The site.',
      resolve: ({ siteId }, _args, { loaders }) => loaders.site.load(siteId),
    }),
    asOf: t.expose('asOf', {
      type: 'DateTime',
      nullable: true,
      description:
        'What the site held then is here, but for what the reasons say; null: it was never read to its end.',
    }),
    reasons: t.field({
      type: [StaleReasonEnum],
      description: 'Why it may not be what the site holds; none of a site that was never asked.',
      extensions: { listSize: 3 },
      resolve: ({ reasons }) => [...reasons],
    }),
    errorCode: t.exposeString('errorCode', {
      nullable: true,
      description: 'The stable code of what ended the last sync early, as in `SyncEntityRun.errorCode`.',
    }),
  }),
});

const USUALLY_NAMED = 10;

const namedArgs = () =>
  builder.args((t) => ({
    first: t.int({
      required: true,
      defaultValue: USUALLY_NAMED,
      description: `How many of them to name, by their ids; at most ${MAX_NAMED}. Each of \`sites\` tells its own freshness.`,
    }),
  }));

const namedAtMost = ({ first = USUALLY_NAMED }: Readonly<Record<string, unknown>>) =>
  typeof first === 'number' && first >= 1 ? Math.min(first, MAX_NAMED) : 1;

function firstOf(sites: readonly LateSite[], first: number): LateSite[] {
  if (first < 1 || first > MAX_NAMED) {
    throw badInput(`Expected \`first\` to be between 1 and ${MAX_NAMED}, got ${first}.`);
  }
  return sites.slice(0, first);
}

export const Freshness = builder.objectRef<FreshnessValue>('Freshness').implement({
  description:
    'How far what is shown beside it can be trusted: of which sites it speaks, since when, and which of them may be missing or out of date. Records that were rejected are not spoken of: see the issues.',
  fields: (t) => ({
    asOf: t.expose('asOf', {
      type: 'DateTime',
      nullable: true,
      description:
        'What all the sites held then is here: the beginning of the last sync that proved it, of the site where that is longest ago. Null when a site was never synced, or when it speaks of no site.',
    }),
    siteCount: t.exposeInt('siteCount', { description: 'Of how many sites it speaks.' }),
    staleCount: t.exposeInt('staleCount', {
      description: 'How many of them were synced, but may hold something else now.',
    }),
    staleSites: t.field({
      type: [SiteFreshness],
      description: 'The first of these, with the reasons.',
      args: namedArgs(),
      extensions: { listSize: namedAtMost },
      resolve: ({ stale }, { first }) => firstOf(stale, first),
    }),
    neverSyncedCount: t.exposeInt('neverSyncedCount', {
      description: 'How many of them were never read to their end: nothing of them is here, or a part.',
    }),
    neverSyncedSites: t.field({
      type: [SiteFreshness],
      description: 'The first of these, with the reasons where there was a try.',
      args: namedArgs(),
      extensions: { listSize: namedAtMost },
      resolve: ({ neverSynced }, { first }) => firstOf(neverSynced, first),
    }),
    staleAfterMinutes: t.int({
      description: 'After how many minutes a site counts as stale by its age alone.',
      resolve: (_freshness, _args, { services }) => services.staleAfterMinutes,
    }),
  }),
});

/**
 * The field `freshness` of a type whose values carry what `freshnessBefore` gave:
 * `fields: (t) => ({ ...freshnessField(), … })`.
 */
export const freshnessField = {
  type: Freshness,
  description:
    'How far this can be trusted: since when, and which sites are missing or out of date. Read only when asked for, before the rest.',
  resolve({ freshness }: MaybeFreshness): FreshnessValue {
    if (freshness === undefined)
      throw new Error('Expected the freshness to be read before what it speaks of.');
    return freshness;
  },
} as const;
