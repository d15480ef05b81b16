/** What one request may ask for. An admin page uses a tenth of it. */
export const limits = {
  /** Bytes of the body of a request. */
  bodyBytes: 1_048_576,
  /** Words and signs of a document. */
  tokens: 4_000,
  /** Levels of fields, introspection apart. */
  depth: 12,
  /** Fields of a query or mutation itself. */
  rootFields: 20,
  /** Renamed fields of a document. */
  aliases: 100,
  /** Levels of lists and objects in the variables. The deepest filter there is has 12. */
  variableDepth: 20,
  /** Field values an answer can hold. */
  cost: 50_000,
  /** The same, for questions about the schema. GraphiQL asks for a half of it. */
  introspectionCost: 1_200_000,
} as const;
