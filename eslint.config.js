import { configs, parser, rules } from '@graphql-eslint/eslint-plugin';

/** How schema.graphql reads. ESLint checks nothing else: code is checked by oxlint. */
export default [
  {
    files: ['schema.graphql'],
    languageOptions: { parser, parserOptions: { graphQLConfig: { schema: 'schema.graphql' } } },
    plugins: { '@graphql-eslint': { rules } },
    rules: {
      ...configs['flat/schema-recommended'].rules,
      ...configs['flat/schema-relay'].rules,
      '@graphql-eslint/input-name': ['error', { checkInputType: true, caseSensitiveInputType: false }],
      '@graphql-eslint/no-scalar-result-type-on-mutation': 'error',
      // A type without an id is a value: clients keep it with the object around it. Whoever adds one says so here.
      '@graphql-eslint/strict-id-in-types': [
        'error',
        {
          exceptions: {
            suffixes: ['Connection', 'Edge', 'Error', 'Payload'],
            types: [
              'FieldDifference',
              'Freshness',
              'HeldRow',
              'Money',
              'OrdersWithStatus',
              'PageInfo',
              'RunDay',
              'RunDurations',
              'RunStatistics',
              'Sales',
              'SalesInTime',
              'SalesOfCategory',
              'SalesOfPainting',
              'SalesToCustomers',
              'SiteFreshness',
              'Stock',
              'StockOfLevel',
              'SyncDifference',
              'SyncEntityProgress',
              'SyncProgress',
              'SyncScan',
            ],
          },
        },
      ],
      '@graphql-eslint/relay-edge-types': [
        'error',
        {
          withEdgeSuffix: true,
          // `nodes` of a connection, and lists that end by themselves, such as the seven parts of a run.
          listTypeCanWrapOnlyEdgeType: false,
          // A HeldRow is a place in a list; the record at it is the node.
          shouldImplementNode: false,
        },
      ],
      // It takes `Order.orderedAt`, when it was ordered, for the name of the type written twice.
      '@graphql-eslint/no-typename-prefix': 'off',
    },
  },
];
