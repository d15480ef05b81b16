import { describe, expect, it } from 'vitest';
import { validatePainting } from '../../../src/template/contract/painting.ts';
import { UnreadableRecord } from '../../../src/template/json/parse-records.ts';

const row = {
  id: 7,
  name: 'Brume à Étretat',
  price: 89.9,
  category: 'Abstrait',
  technique: 'Huile',
  year: '2024',
  quantity: 1,
  status: 'Disponible',
  image: 'Images/a.png',
  display_order: 3,
};

/** What a painting becomes, and its findings in short, when some of its fields are replaced. */
function validate(fields: Record<string, unknown>, strict = false) {
  const { sourceId, record, issues } = validatePainting({ ...row, ...fields }, { strict });
  return {
    sourceId,
    record,
    found: issues.map(({ path, code, severity }) => `${severity} ${path} ${code}`),
    issues,
  };
}

describe('an id', () => {
  it.each([0, 1, 1.0, Number.MAX_SAFE_INTEGER])('%d is sound', (id) => {
    expect(validate({ id })).toMatchObject({ sourceId: id, record: { sourceId: id }, found: [] });
  });

  it.each([undefined, null, '7', 'x', -1, 1.5, 2 ** 53, 1e300, Infinity, 'NaN', {}, [], true])(
    '%j keeps the row out, and the row has no id to be known by',
    (id) => {
      expect(validate({ id })).toMatchObject({
        sourceId: null,
        record: null,
        found: ['ERROR id ID_INVALID'],
      });
    },
  );
});

describe('a price', () => {
  it.each([
    [1500, '1500'],
    [1500.0, '1500'],
    [0.1, '0.1'],
    [0.1 + 0.2, '0.3', 'WARNING price PRICE_ROUNDED'],
    [89.9999, '89.9999'],
    [1.00005, '1.0001', 'WARNING price PRICE_ROUNDED'],
    [1.00004, '1', 'WARNING price PRICE_ROUNDED'],
    [9.99995, '10', 'WARNING price PRICE_ROUNDED'],
    [0.00006, '0.0001', 'WARNING price PRICE_ROUNDED'],
    [99_999_999_999_999, '99999999999999'],
    [99_999_999_999_999.5, '99999999999999.5'],
    [0, '0', 'WARNING price PRICE_ZERO'],
    [-0, '0', 'WARNING price PRICE_ZERO'],
    [1e-7, '0', 'WARNING price PRICE_ROUNDED', 'WARNING price PRICE_ZERO'],
  ])('of %d is kept as %s, exactly', (price, kept, ...found) => {
    expect(validate({ price })).toMatchObject({ record: { price: kept }, found });
  });

  it.each([undefined, null, '12,50', '12.50', '', 'NaN', -1, -0.01, 1e14, Infinity, NaN, true, [], {}])(
    'of %j keeps the row out',
    (price) => {
      expect(validate({ price })).toMatchObject({
        sourceId: 7,
        record: null,
        found: ['ERROR price PRICE_INVALID'],
      });
    },
  );

  it('says what came instead of a number', () => {
    expect(validate({ price: '12,50' }).issues).toEqual([
      {
        path: 'price',
        code: 'PRICE_INVALID',
        severity: 'ERROR',
        message: 'Expected a number from 0 to below 10^14, got text.',
        value: '12,50',
      },
    ]);
  });
});

describe('a year', () => {
  it.each([
    ['2024', 2024],
    [' 2024 ', 2024],
    [2024, 2024],
    ['1000', 1000],
    ['2100', 2100],
    ['vers 2019', 2019, 'WARNING year YEAR_INTERPRETED'],
    ['2019-2019', 2019, 'WARNING year YEAR_INTERPRETED'],
    ['1990s, 50x70', 1990, 'WARNING year YEAR_INTERPRETED'],
    ['2018-2019', null, 'WARNING year YEAR_UNREADABLE'],
    ['0999', null, 'WARNING year YEAR_UNREADABLE'],
    ['2101', null, 'WARNING year YEAR_UNREADABLE'],
    ['12019', null, 'WARNING year YEAR_UNREADABLE'],
    ['XIXe', null, 'WARNING year YEAR_UNREADABLE'],
    [19, null, 'WARNING year YEAR_UNREADABLE'],
    [2019.5, 2019, 'WARNING year YEAR_INTERPRETED'],
  ])('%j is read as %s and its text kept', (year, read, ...found) => {
    expect(validate({ year })).toMatchObject({
      record: { year: read, yearSource: String(year).trim() },
      found,
    });
  });

  it.each([null, undefined, '', '  '])('of %j is no year and no finding', (year) => {
    expect(validate({ year })).toMatchObject({ record: { year: null, yearSource: null }, found: [] });
  });
});

describe('a status', () => {
  it.each([
    ['Disponible', 'AVAILABLE'],
    ['Vendu', 'SOLD'],
    ['Réservé', 'RESERVED'],
    ['Exposition', 'EXHIBITED'],
    ['disponible', 'AVAILABLE', 'WARNING status STATUS_NORMALISED'],
    [' VENDU', 'SOLD', 'WARNING status STATUS_NORMALISED'],
    ['Reserve', 'RESERVED', 'WARNING status STATUS_NORMALISED'],
    ['Re\u{301}serve\u{301}', 'RESERVED', 'WARNING status STATUS_NORMALISED'],
    ['En dépôt', 'UNKNOWN', 'WARNING status STATUS_UNKNOWN'],
    ['constructor', 'UNKNOWN', 'WARNING status STATUS_UNKNOWN'],
  ])('%j is read as %s and its text kept', (status, read, ...found) => {
    expect(validate({ status })).toMatchObject({ record: { status: read, statusSource: status }, found });
  });

  it.each([null, undefined, ''])('of %j is unknown', (status) => {
    expect(validate({ status })).toMatchObject({
      record: { status: 'UNKNOWN', statusSource: null },
      found: ['WARNING status STATUS_UNKNOWN'],
    });
  });
});

describe('a quantity', () => {
  it.each([
    [3, 3],
    [0, 0],
    [null, 0, 'WARNING quantity QUANTITY_MISSING'],
    [undefined, 0, 'WARNING quantity QUANTITY_MISSING'],
    [-1, -1, 'WARNING quantity QUANTITY_NEGATIVE'],
  ])('of %j is kept as %d', (quantity, kept, ...found) => {
    expect(validate({ quantity })).toMatchObject({ record: { quantity: kept }, found });
  });

  it.each(['1', 1.5, 2 ** 31, -(2 ** 31) - 1, Infinity, true])('of %j keeps the row out', (quantity) => {
    expect(validate({ quantity })).toMatchObject({ record: null, found: ['ERROR quantity NUMBER_INVALID'] });
  });
});

describe('the smaller fields', () => {
  it('are null where they are null, empty or missing, without a finding', () => {
    const bare = { id: 1, name: 'x', price: 1, quantity: 1, status: 'Vendu' };
    const { record, issues } = validatePainting({ ...bare, category: '', image: null }, { strict: true });
    expect(issues).toEqual([]);
    expect(record).toMatchObject({
      category: null,
      technique: null,
      image: null,
      framed: null,
      displayOrder: 0,
    });
  });

  it('hold flags in four spellings, and nothing for any other', () => {
    const flags = (framed: unknown) => {
      const { record, found } = validate({ framed });
      return [record?.framed, ...found];
    };
    expect([0, 1, false, true, null].map((value) => flags(value)[0])).toEqual([
      false,
      true,
      false,
      true,
      null,
    ]);
    expect(flags('oui')).toEqual([null, 'WARNING framed FLAG_UNREADABLE']);
  });

  it('hold a number where a text is expected as the text it reads as', () => {
    expect(validate({ weight: 2.5, dimensions: 50 })).toMatchObject({
      record: { weight: '2.5', dimensions: '50' },
      found: [],
    });
  });

  it.each([
    ['name', undefined, 'TEXT_MISSING'],
    ['name', '  ', 'TEXT_MISSING'],
    ['name', { a: 1 }, 'TEXT_NOT_TEXT'],
    ['category', ['x'], 'TEXT_NOT_TEXT'],
    ['technique', 'a\0b', 'TEXT_NOT_STORABLE'],
    ['description', '\u{D800}', 'TEXT_NOT_STORABLE'],
    ['status', 'a\0', 'TEXT_NOT_STORABLE'],
    ['name', 'x'.repeat(1_001), 'TEXT_TOO_LONG'],
    ['image_3', 'x'.repeat(1_001), 'TEXT_TOO_LONG'],
    ['description_long', 'x'.repeat(100_001), 'TEXT_TOO_LONG'],
    ['display_order', 1.5, 'NUMBER_INVALID'],
  ])('keep the row out where %s cannot be stored', (field, value, code) => {
    expect(validate({ [field]: value })).toMatchObject({ record: null, found: [`ERROR ${field} ${code}`] });
  });

  it('may be as long as they are read', () => {
    const description = 'é'.repeat(100_000);
    expect(validate({ description, name: 'x'.repeat(1_000) })).toMatchObject({
      record: { description },
      found: [],
    });
  });
});

describe('strictness', () => {
  it.each([
    [{ status: 'disponible' }, 'STATUS_NORMALISED'],
    [{ status: '' }, 'STATUS_UNKNOWN'],
    [{ year: 'vers 2019' }, 'YEAR_INTERPRETED'],
    [{ year: 'XIXe' }, 'YEAR_UNREADABLE'],
    [{ price: 0 }, 'PRICE_ZERO'],
    [{ image: 'legacy.jpg' }, 'IMAGE_OUTSIDE_IMAGES'],
  ])('turns the warnings of the upstream documents into errors: %j', (fields, code) => {
    expect(validate(fields)).toMatchObject({
      record: { sourceId: 7 },
      issues: [{ code, severity: 'WARNING' }],
    });
    expect(validate(fields, true)).toMatchObject({ record: null, issues: [{ code, severity: 'ERROR' }] });
  });

  it('leaves the other warnings as they are', () => {
    expect(validate({ price: 1.23456, quantity: null, create_date: 'soon' }, true)).toMatchObject({
      record: { price: '1.2346', quantity: 0, createdAt: null },
      issues: [{ severity: 'WARNING' }, { severity: 'WARNING' }, { severity: 'WARNING' }],
    });
  });
});

describe('a row as a whole', () => {
  it.each([
    [null, 'null'],
    ['Vendu', 'text'],
    [7, 'a number'],
    [[row], 'a list'],
  ])('that is %j is no row', (raw, came) => {
    expect(validatePainting(raw, { strict: false })).toMatchObject({
      sourceId: null,
      record: null,
      issues: [{ path: '', code: 'NOT_AN_OBJECT', message: `Expected an object, got ${came}.` }],
    });
  });

  it('that could not be read is an error with the reason', () => {
    expect(validatePainting(new UnreadableRecord('RECORD_TOO_DEEP', 'Too deep.'), { strict: false })).toEqual(
      {
        sourceId: null,
        record: null,
        issues: [{ path: '', code: 'RECORD_TOO_DEEP', severity: 'ERROR', message: 'Too deep.', value: null }],
      },
    );
  });

  it('that holds the names of its columns is one error, not ten', () => {
    const names = Object.fromEntries(Object.keys(row).map((key) => [key, key]));
    expect(validatePainting({ ...names, site_name: 'Galerie' }, { strict: false })).toMatchObject({
      sourceId: null,
      record: null,
      issues: [{ path: '', code: 'COLUMN_NAMES_AS_VALUES', severity: 'ERROR', value: null }],
    });
  });

  it('with an error and two fields named like their columns has that error', () => {
    expect(validate({ name: 'name', category: 'category', price: '12,50' }).found).toEqual([
      'ERROR price PRICE_INVALID',
    ]);
  });

  it('that is named like one column is a row', () => {
    expect(validate({ name: 'name' })).toMatchObject({ record: { name: 'name' }, found: [] });
  });

  it('tells errors first, and twenty findings at most', () => {
    const many = Object.fromEntries(
      ['price', 'quantity', 'display_order', 'name', 'category', 'technique'].map((key) => [key, []]),
    );
    const { found } = validate({ status: '', ...many });
    expect(found.at(-1)).toBe('WARNING status STATUS_UNKNOWN');
    expect(found).toHaveLength(7);
  });

  it('takes named fields only: what else it holds goes nowhere', () => {
    const { record } = validate({ password: 'pbkdf2:x', __proto__: { admin: true } });
    expect(JSON.stringify(record)).not.toContain('pbkdf2');
    expect(Object.keys(record ?? {})).toHaveLength(23);
  });
});

describe('the value in a finding', () => {
  it('is hidden where it is prose or a person', () => {
    expect(validate({ name: `Alice${'e'.repeat(1_000)}` }).issues[0]?.value).toBe('text of 1005 characters');
    expect(validate({ description: 'secret\0' }).issues[0]?.value).toBe('text of 7 characters');
    expect(validate({ category: { a: 'Alice' } }).issues[0]?.value).toBe('an object');
  });

  it('is shown where it is a figure of the shop, shortened, and fit to be stored', () => {
    expect(validate({ status: 'x'.repeat(500) }).issues[0]?.value).toBe(`${'x'.repeat(119)}…`);
    expect(validate({ year: `${'x'.repeat(118)}🎨🎨` }).issues[0]?.value).toBe(`${'x'.repeat(118)}…`);
    const broken = validate({ status: 'a\0\u{D800}' }).issues[0]?.value;
    expect(broken).toBe('a\u{FFFD}\u{FFFD}');
    expect(validate({ price: -3 }).issues[0]?.value).toBe('-3');
    expect(validate({ id: null }).issues[0]?.value).toBe(null);
  });
});
