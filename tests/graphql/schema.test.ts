import { readFileSync } from 'node:fs';

import {
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
} from 'graphql';
import { expect, test } from 'vitest';

import { printedSchema } from '../../src/graphql/print.ts';
import { buildSchema } from '../../src/graphql/schema.ts';

test('schema.graphql is the schema of the code', () => {
  expect(readFileSync('schema.graphql', 'utf8')).toBe(printedSchema());
});

test('every type, field, argument and value has a description', () => {
  const missing: string[] = [];
  const check = (coordinate: string, { description }: { description?: string | null | undefined }) => {
    if (!description?.trim()) missing.push(coordinate);
  };
  for (const type of Object.values(buildSchema().getTypeMap())) {
    if (isIntrospectionType(type) || isSpecifiedScalarType(type)) continue;
    check(type.name, type);
    if (isEnumType(type)) {
      for (const value of type.getValues()) check(`${type.name}.${value.name}`, value);
    }
    if (isInputObjectType(type)) {
      for (const field of Object.values(type.getFields())) check(`${type.name}.${field.name}`, field);
    }
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      check(`${type.name}.${field.name}`, field);
      for (const arg of field.args) check(`${type.name}.${field.name}(${arg.name}:)`, arg);
    }
  }
  expect(missing).toEqual([]);
});

test('nothing secret has a place in the schema', () => {
  expect(printedSchema()).not.toMatch(/sealed|password: |token: /i);
});
