import fc from 'fast-check';
import {
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';

export interface RandomOperation {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** It asks for something that no plan answers. */
  readonly takesResolvers: boolean;
}

/** What the values of arguments are taken from. */
export interface Given {
  /** By the type of the scalar; ids by the type they are of. */
  readonly values: Readonly<Record<string, readonly unknown[]>>;
  /** By `cursorsOf`. */
  readonly cursors: ReadonlyMap<string, readonly string[]>;
}

/** Names a list in one of its orders. */
export const cursorsOf = (parent: string, field: string, orderBy?: unknown): string =>
  `${parent}.${field} ${JSON.stringify(orderBy ?? null)}`;

/** One object of the answer: what it is asked for under each name, so that no name means two things. */
type Scope = Map<string, { readonly head: string; readonly field: Field; readonly inside: Scope }>;
type Field = GraphQLField<unknown, unknown>;

const MAX_DEPTH = 9;

/** Valid operations over the part of the schema that can be planned, and rarely over what cannot. */
export const randomOperations = (schema: GraphQLSchema, given: Given): fc.Arbitrary<RandomOperation> =>
  fc.gen().map((draw) => {
    const percent = (share: number) => draw(fc.nat, 99) < share;
    const upTo = (max: number) => draw(fc.nat, max);
    const oneOf = <Value>(values: readonly Value[]): Value => {
      const value = values[upTo(values.length - 1)];
      if (value === undefined) throw new Error('nothing to choose from');
      return value;
    };

    const definitions: string[] = [];
    const fragments: string[] = [];
    const variables: Record<string, unknown> = {};
    let takesResolvers = false;

    /** The text of a value in a document; some become variables, with a default or without. */
    function write(type: GraphQLInputType, value: unknown): string {
      if (!percent(12)) return literal(type, value);
      const name = `v${definitions.length}`;
      const hasDefault = percent(40);
      const optional = hasDefault && isNonNullType(type) ? type.ofType : type;
      definitions.push(
        `$${name}: ${String(optional)}${hasDefault ? ` = ${literal(type, value, true)}` : ''}`,
      );
      if (!hasDefault || percent(50)) variables[name] = value;
      return `$${name}`;
    }

    function literal(type: GraphQLInputType, value: unknown, isConstant = false): string {
      const inner = (of: GraphQLInputType, one: unknown) =>
        isConstant ? literal(of, one, true) : write(of, one);
      if (value === null) return 'null';
      if (isNonNullType(type)) return literal(type.ofType, value, isConstant);
      if (isListType(type) && Array.isArray(value)) {
        return `[${value.map((one) => inner(type.ofType, one)).join(', ')}]`;
      }
      if (isInputObjectType(type) && typeof value === 'object') {
        const fields = type.getFields();
        const written = Object.entries(value).flatMap(([name, one]) => {
          const field = fields[name];
          return field === undefined ? [] : [`${name}: ${inner(field.type, one)}`];
        });
        return `{${written.join(', ')}}`;
      }
      return isEnumType(type) ? String(value) : JSON.stringify(value);
    }

    function valueOf(type: GraphQLInputType, name: string, depth: number): unknown {
      if (isNonNullType(type)) return valueOf(type.ofType, name, depth);
      if (isListType(type)) {
        return Array.from({ length: upTo(3) }, () => valueOf(type.ofType, name, depth + 1));
      }
      if (isInputObjectType(type)) {
        const fields = Object.values(type.getFields()).filter((one) => depth < 3 || !getsDeeper(one.name));
        const chosen = new Set(Array.from({ length: upTo(2) }, () => oneOf(fields)));
        const asked = [...chosen].map((one) => [
          one.name,
          percent(5) && !isNonNullType(one.type) && !getsDeeper(one.name)
            ? null
            : valueOf(one.type, ['equals', 'in'].includes(one.name) ? name : one.name, depth + 1),
        ]);
        return Object.fromEntries(asked);
      }
      if (isEnumType(type)) return oneOf(type.getValues()).name;
      const typename = { site: 'Site', user: 'User', painting: 'Painting' }[name];
      return oneOf(given.values[type.name === 'ID' ? (typename ?? 'Site') : type.name] ?? [null]);
    }

    function argumentsOf(parent: GraphQLObjectType, field: Field, depth: number): string {
      const named = new Map(field.args.map((one) => [one.name, one.type]));
      const values: Record<string, unknown> = {};
      let sorted: string | undefined;
      if (named.has('id'))
        values['id'] = oneOf(
          given.values[field.name === 'node' ? 'Painting' : getNamedType(field.type).name] ?? [],
        );
      if (named.has('where') && percent(30)) values['where'] = valueOf(typeOf('where'), 'where', 0);
      if (named.has('search') && percent(8)) values['search'] = oneOf(given.values['search'] ?? []);
      if (named.has('includeDeleted') && percent(40)) values['includeDeleted'] = percent(80);
      if (named.has('orderBy') && percent(40)) {
        const order = getNamedType(typeOf('orderBy'));
        const orders = isInputObjectType(order) ? order.getFields()['field']?.type : undefined;
        const known = orders === undefined ? undefined : getNamedType(orders);
        const names = isEnumType(known) ? known.getValues().map(({ name }) => name) : [];
        sorted = oneOf(names);
        values['orderBy'] = { field: sorted, direction: oneOf(['ASC', 'DESC']) };
      }
      if (named.has('first') && (depth > 2 || percent(80))) values['first'] = 1 + upTo(4);
      const cursors = given.cursors.get(cursorsOf(parent.name, field.name, values['orderBy'])) ?? [];
      if (named.has('after') && cursors.length > 0 && percent(25)) values['after'] = oneOf(cursors);
      if (named.has('before') && cursors.length > 0 && percent(8)) values['before'] = oneOf(cursors);
      if (named.has('last') && percent(2)) {
        delete values['first'];
        values['last'] = 2;
        takesResolvers = true;
      }
      const isWhole = !('where' in values) && !('search' in values);
      if (parent.name === 'Query' && isWhole && walked.has(String(sorted))) takesResolvers = true;
      const written = Object.entries(values).map(([name, value]) => `${name}: ${write(typeOf(name), value)}`);
      return written.length === 0 ? '' : `(${written.join(', ')})`;

      function typeOf(name: string): GraphQLInputType {
        const type = named.get(name);
        if (type === undefined) throw new Error(`no argument ${name}`);
        return type;
      }
    }

    function directive(): string {
      if (!percent(8)) return '';
      const name = oneOf(['skip', 'include']);
      const isConstant = percent(50);
      const value = percent(name === 'skip' ? 30 : 70);
      if (isConstant) return ` @${name}(if: ${value})`;
      const variable = `v${definitions.length}`;
      definitions.push(`$${variable}: Boolean!`);
      variables[variable] = value;
      return ` @${name}(if: $${variable})`;
    }

    function fieldText(parent: GraphQLObjectType, scope: Scope, depth: number): string {
      const field = oneOf(fieldsOf(parent, depth));
      const name = percent(20) ? `t${upTo(3)}` : field.name;
      const known = scope.get(name);
      if (known === undefined && rarelyAsked.has(field.name)) takesResolvers = true;
      const alias = name === field.name ? '' : `${name}: `;
      const entry = known ?? {
        head: `${alias}${field.name}${argumentsOf(parent, field, depth)}`,
        field,
        inside: new Map(),
      };
      scope.set(name, entry);
      const type = getNamedType(entry.field.type);
      const inside = isObjectType(type) ? ` {${selections(type, entry.inside, depth + 1)}}` : '';
      return `${entry.head}${directive()}${inside}`;
    }

    function selections(type: GraphQLObjectType, scope: Scope, depth: number): string {
      const texts = Array.from({ length: 1 + upTo(depth === 0 ? 2 : 4) }, () => {
        if (depth > MAX_DEPTH || percent(6)) return `${oneOf(['', 'kind: '])}__typename${directive()}`;
        if (percent(85)) return fieldText(type, scope, depth);
        const conditions = [type.name, ...type.getInterfaces().map(({ name }) => name)];
        const on = oneOf(conditions);
        const of = on === type.name ? type : undefined;
        const inside = of === undefined ? interfaceFields(on) : selections(of, scope, depth + 1);
        const condition = of !== undefined && percent(40) ? '' : ` on ${on}`;
        if (percent(50)) return `...${condition}${directive()} {${inside}}`;
        const name = `F${fragments.length}`;
        fragments.push(`fragment ${name} on ${on} {${inside}}`);
        return Array.from({ length: 1 + upTo(1) }, () => `...${name}${directive()}`).join(' ');
      });
      return texts.join(' ');
    }

    const interfaceFields = (name: string) =>
      name === 'Node' ? 'id kind: __typename' : 'sourceId observedAt deletedAt';

    function fieldsOf(type: GraphQLObjectType, depth: number): Field[] {
      const all = Object.values(type.getFields());
      const plannable = all.filter(
        (field) => isPlannable(type, field) || (rarelyAsked.has(field.name) && percent(1)),
      );
      const leaves = plannable.filter((field) => !isObjectType(getNamedType(field.type)));
      return depth >= MAX_DEPTH - 2 && leaves.length > 0 ? leaves : plannable;
    }

    const query = schema.getQueryType();
    if (!query) throw new Error('no queries');
    const selected = selections(query, new Map(), 0);
    const defined = definitions.length === 0 ? '' : `(${definitions.join(', ')})`;
    const text = `query Random${defined} {${selected}}\n${fragments.join('\n')}`;
    return { query: text, variables, takesResolvers };
  });

/** Orders that have an index within each site only: whole lists of all sites are read site by site. */
const walked = new Set(['PRICE', 'TOTAL_PRICE', 'DATE']);
const getsDeeper = (name: string) => ['and', 'or', 'not'].includes(name);
/** What only resolvers answer. */
const rarelyAsked = new Set(['freshness', 'stats', 'settings', 'node']);

/** What says itself how it is read, and the parts of connections and rows. */
function isPlannable(type: GraphQLObjectType, { name, extensions }: Field): boolean {
  if (rarelyAsked.has(name)) return false;
  if (extensions.sql !== undefined) return true;
  if (type.name === 'Query') return false;
  return name === 'id' || typeof extensions.pothosExposedField === 'string' || partOfList.test(type.name);
}

const partOfList = /(Connection|Edge|PageInfo|Money)$/;
