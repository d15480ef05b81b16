import type { CodegenConfig } from '@graphql-codegen/cli';

/** Types for the operations in the tests, from the committed schema: `npx graphql-codegen`. */
const config: CodegenConfig = {
  schema: 'schema.graphql',
  documents: ['tests/**/*.ts', '!tests/gql/**'],
  ignoreNoDocuments: true,
  generates: {
    'tests/gql/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false, persistedDocuments: { hashAlgorithm: 'sha256' } },
      config: {
        enumsAsTypes: true,
        useTypeImports: true,
        strictScalars: true,
        importExtension: '.ts',
        scalars: { Date: 'string', DateTime: 'string', Decimal: 'string', SafeInt: 'number' },
      },
    },
  },
};

export default config;
