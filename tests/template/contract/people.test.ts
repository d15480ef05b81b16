import { describe, expect, it } from 'vitest';
import { validateCustomRequest } from '../../../src/template/contract/custom-request.ts';
import { validateExhibition } from '../../../src/template/contract/exhibition.ts';
import { validateOrder } from '../../../src/template/contract/order.ts';
import { validateUser } from '../../../src/template/contract/user.ts';

const lax = { strict: false };
const strict = { strict: true };
const short = ({ issues }: { issues: { path: string; code: string; severity: string }[] }) =>
  issues.map(({ path, code, severity }) => `${severity} ${path} ${code}`);

describe('a user', () => {
  const row = { id: 1, name: 'Alice', email: 'alice@example.com', role: 'user' };

  it.each([
    ['alice@example.com', []],
    ['é.l@exämple.co.uk', []],
    [null, ['WARNING email EMAIL_MISSING']],
    ['', ['WARNING email EMAIL_MISSING']],
    ['alice', ['WARNING email EMAIL_INVALID']],
    ['alice@example', ['WARNING email EMAIL_INVALID']],
    ['a@b@example.com', ['WARNING email EMAIL_INVALID']],
    ['al ice@example.com', ['WARNING email EMAIL_INVALID']],
    ['@example.com', ['WARNING email EMAIL_INVALID']],
    ['alice@.com', ['WARNING email EMAIL_INVALID']],
    ['alice@example.', ['WARNING email EMAIL_INVALID']],
  ])('keeps the email %j as it came', (email, found) => {
    const result = validateUser({ ...row, email }, lax);
    expect(result.record?.email).toBe(email === '' ? null : email);
    expect(short(result)).toEqual(found);
    expect(validateUser({ ...row, email }, strict).record === null).toBe(found.length > 0);
  });

  it.each([
    ['admin', 'ADMIN', []],
    ['user', 'USER', []],
    ['Admin', 'ADMIN', ['WARNING role ROLE_NORMALISED']],
    ['artist', 'UNKNOWN', ['WARNING role ROLE_UNKNOWN']],
    [null, null, ['WARNING role ROLE_MISSING']],
    ['', null, ['WARNING role ROLE_MISSING']],
  ])('has the role %j as %s', (role, read, found) => {
    const result = validateUser({ ...row, role }, lax);
    expect(result.record).toMatchObject({ role: read, roleSource: role === '' ? null : role });
    expect(short(result)).toEqual(found);
    expect(validateUser({ ...row, role }, strict).record === null).toBe(found.length > 0);
  });

  it('without a name is kept with an empty one', () => {
    const result = validateUser({ ...row, name: null }, lax);
    expect(result.record?.name).toBe('');
    expect(short(result)).toEqual(['WARNING name NAME_MISSING']);
  });

  it('never shows who it is in a finding', () => {
    const { issues } = validateUser({ id: 1, name: 'Alice\0', email: 'not an address', role: 'x' }, lax);
    expect(issues.map(({ value }) => value)).toEqual(['text of 6 characters', 'text of 14 characters', 'x']);
    expect(JSON.stringify(issues)).not.toMatch(/Alice|address"/);
  });

  it('does not bring the password hash that full shows', () => {
    expect(JSON.stringify(validateUser({ ...row, password: 'pbkdf2:x' }, lax))).not.toContain('pbkdf2');
  });
});

describe('an order', () => {
  const item = { painting_id: 3, name: 'x', image: null, price: 10, quantity: 1 };
  const row = {
    id: 1,
    customer_name: 'Alice',
    email: 'alice@example.com',
    total_price: 10,
    order_date: '2026-11-20 23:54:32',
    status: 'En cours',
    items: [item],
  };

  it.each([
    ['En cours', 'IN_PROGRESS', []],
    ['Confirmée', 'CONFIRMED', []],
    ['Expédiée', 'SHIPPED', []],
    ['Livrée', 'DELIVERED', []],
    ['Annulée', 'CANCELLED', []],
    ['livree', 'DELIVERED', ['WARNING status STATUS_NORMALISED']],
    ['Remboursée', 'UNKNOWN', ['WARNING status STATUS_UNKNOWN']],
  ])('has the status %s as %s', (status, read, found) => {
    const result = validateOrder({ ...row, status }, lax);
    expect(result.record).toMatchObject({ status: read, statusSource: status });
    expect(short(result)).toEqual(found);
  });

  it.each([
    [{ ...item, price: '12,50' }, 'items[1].price PRICE_INVALID'],
    [{ ...item, price: undefined }, 'items[1].price PRICE_INVALID'],
    [{ ...item, quantity: null }, 'items[1].quantity NUMBER_INVALID'],
    [{ ...item, quantity: -1 }, 'items[1].quantity NUMBER_INVALID'],
    [{ ...item, quantity: 1.5 }, 'items[1].quantity NUMBER_INVALID'],
    [{ ...item, painting_id: 'x' }, 'items[1].painting_id ID_INVALID'],
    [{ ...item, id: -1 }, 'items[1].id ID_INVALID'],
    [{ ...item, name: 'a\0' }, 'items[1].name TEXT_NOT_STORABLE'],
    [null, 'items[1] NOT_AN_OBJECT'],
    ['x', 'items[1] NOT_AN_OBJECT'],
  ])('with the bad item %j stays out: no sum may silently miss an item', (bad, found) => {
    const result = validateOrder({ ...row, items: [item, bad] }, lax);
    expect(result).toMatchObject({ sourceId: 1, record: null });
    expect(short(result)).toEqual([`ERROR ${found}`]);
  });

  it.each([
    [null, 'WARNING items ITEMS_MISSING'],
    [undefined, 'WARNING items ITEMS_MISSING'],
  ])('whose items are %j has none, with a warning', (items, found) => {
    const result = validateOrder({ ...row, items }, lax);
    expect(result.record?.items).toEqual([]);
    expect(short(result)).toEqual([found]);
    expect(validateOrder({ ...row, items }, strict).record).toBe(null);
  });

  it.each([[{}], ['x'], [Array.from({ length: 10_001 }, () => item)]])(
    'whose items are no list of sane length stays out',
    (items) => {
      expect(short(validateOrder({ ...row, items }, lax))).toEqual(['ERROR items ITEMS_INVALID']);
    },
  );

  it('may hold a free item, and ids of its own', () => {
    const { record, issues } = validateOrder({ ...row, items: [{ ...item, id: 9, price: 0 }] }, strict);
    expect(record?.items).toEqual([
      { sourceId: 9, paintingSourceId: 3, name: 'x', image: null, price: '0', quantity: 1 },
    ]);
    expect(issues).toEqual([]);
  });

  it('tells twenty findings at most, however many items are bad', () => {
    const { issues } = validateOrder({ ...row, items: Array.from({ length: 500 }, () => ({})) }, lax);
    expect(issues).toHaveLength(20);
  });

  it.each([undefined, null, '', 'order_date', '9999-01-01', '2026-02-30'])(
    'of the date %j stays out',
    (order_date) => {
      expect(short(validateOrder({ ...row, order_date }, lax))).toEqual(['ERROR order_date DATE_INVALID']);
    },
  );

  it('of a total of 0, of no one, or of a broken user id is reported', () => {
    expect(short(validateOrder({ ...row, total_price: 0 }, lax))).toEqual(['WARNING total_price PRICE_ZERO']);
    expect(short(validateOrder({ ...row, customer_name: '' }, lax))).toEqual([
      'WARNING customer_name NAME_MISSING',
    ]);
    expect(short(validateOrder({ ...row, user_id: 'x' }, lax))).toEqual(['ERROR user_id ID_INVALID']);
  });
});

describe('an exhibition', () => {
  it('takes numbers as text, and can do without a title', () => {
    const result = validateExhibition({ id: 1, title: null, entry_price: 12.5, start_time: 10 }, strict);
    expect(result.record).toMatchObject({ title: '', entryPrice: '12.5', startTime: '10' });
    expect(short(result)).toEqual(['WARNING title TITLE_MISSING']);
  });
});

describe('a custom request', () => {
  it('of an unknown status, an unreadable date and no name is kept', () => {
    const result = validateCustomRequest({ id: 1, status: 'Acceptée', created_at: 'hier' }, lax);
    expect(result.record).toMatchObject({
      clientName: '',
      status: 'UNKNOWN',
      statusSource: 'Acceptée',
      createdAt: null,
    });
    expect(short(result)).toEqual([
      'WARNING client_name NAME_MISSING',
      'WARNING status STATUS_UNKNOWN',
      'WARNING created_at DATE_UNREADABLE',
    ]);
  });
});
