import { expect, it } from 'vitest';
import type { ListName } from '../../src/template/client.ts';
import { validateCustomRequest } from '../../src/template/contract/custom-request.ts';
import { validateExhibition } from '../../src/template/contract/exhibition.ts';
import { validateOrder } from '../../src/template/contract/order.ts';
import { validatePainting } from '../../src/template/contract/painting.ts';
import { validateUser } from '../../src/template/contract/user.ts';
import { readAll, testClient } from './support/client.ts';
import { serveRecorded } from './support/serve.ts';

const validators = {
  paintings: validatePainting,
  users: validateUser,
  orders: validateOrder,
  exhibitions: validateExhibition,
  customRequests: validateCustomRequest,
};

/** A recorded list, through HTTP and the contract, as it reaches the mirror. */
async function mirror(fixture: string, name: ListName) {
  const { url } = await serveRecorded(fixture);
  const { records, end } = await readAll(testClient().list({ url, apiKey: 'a-key' }, name));
  return { rows: records.map((row) => validators[name](row, { strict: false })), end };
}

async function mirrorFull(fixture: string) {
  const { url } = await serveRecorded(fixture);
  const { records, end } = await readAll(testClient().fullTable({ url, apiKey: 'a-key' }, 'custom_requests'));
  return { rows: records.map((row) => validateCustomRequest(row, { strict: false })), end };
}

const endOf = (generation: 'V1' | 'V2' | null, rows: number) => ({
  generation,
  rows,
  sentAt: expect.any(Date),
});

const sound = <T extends { sourceId: number }>(record: T) => ({
  sourceId: record.sourceId,
  record,
  issues: [],
});

const v1Paintings = [
  {
    sourceId: 1,
    name: 'Tableau Moderne',
    price: '1500',
    category: 'Moderne',
    technique: 'Huile sur toile',
    year: 2024,
    yearSource: '2024',
    quantity: 1,
    status: 'AVAILABLE',
    statusSource: 'Disponible',
    image: 'Images/tableau.png',
    image2: null,
    image3: null,
    image4: null,
    displayOrder: 0,
    description: 'd',
    descriptionLong: null,
    dimensions: null,
    weight: null,
    framed: false,
    certificate: false,
    uniquePiece: false,
    createdAt: '2026-11-20T23:56:31.000000Z',
  },
  {
    sourceId: 2,
    name: 'Brume à Étretat',
    price: '89.9',
    category: 'Abstrait',
    technique: 'Acrylique',
    year: null,
    yearSource: null,
    quantity: 2,
    status: 'SOLD',
    statusSource: 'Vendu',
    image: 'Images/tableau.png',
    image2: null,
    image3: null,
    image4: null,
    displayOrder: 0,
    description: 'd',
    descriptionLong: null,
    dimensions: null,
    weight: null,
    framed: false,
    certificate: false,
    uniquePiece: false,
    createdAt: '2026-11-20T23:56:31.000000Z',
  },
].map(sound);

it.each(['v1/paintings', 'v1/exportkey_paintings', 'v1/limit1', 'v1/limit_neg'])(
  '%s: a v1 site answers the whole list, whatever the limit',
  async (fixture) => {
    expect(await mirror(fixture, 'paintings')).toEqual({ rows: v1Paintings, end: endOf('V1', 2) });
  },
);

const v1Only = {
  image2: null,
  image3: null,
  image4: null,
  description: null,
  descriptionLong: null,
  dimensions: null,
  weight: null,
  framed: null,
  certificate: null,
  uniquePiece: null,
  createdAt: null,
};

const v2Paintings = [
  {
    sourceId: 4,
    record: {
      sourceId: 4,
      name: 'Défaut SQL',
      price: '12.5',
      category: null,
      technique: null,
      year: null,
      yearSource: null,
      quantity: 0,
      status: 'AVAILABLE',
      statusSource: 'disponible',
      image: 'legacy.jpg',
      displayOrder: 0,
      ...v1Only,
    },
    issues: [
      {
        path: 'status',
        code: 'STATUS_NORMALISED',
        severity: 'WARNING',
        message: 'Expected Disponible, Vendu, Réservé, Exposition; read as AVAILABLE.',
        value: 'disponible',
      },
      {
        path: 'image',
        code: 'IMAGE_OUTSIDE_IMAGES',
        severity: 'WARNING',
        message: 'Expected an image under Images/; kept as it came.',
        value: 'legacy.jpg',
      },
    ],
  },
  {
    sourceId: 3,
    record: {
      sourceId: 3,
      name: 'Sans statut',
      price: '0',
      category: null,
      technique: null,
      year: 2019,
      yearSource: 'vers 2019',
      quantity: 0,
      status: 'UNKNOWN',
      statusSource: null,
      image: 'Images/tableau_20261120_235432.webp',
      displayOrder: 0,
      ...v1Only,
    },
    issues: [
      {
        path: 'price',
        code: 'PRICE_ZERO',
        severity: 'WARNING',
        message: 'Expected a price above 0, got 0.',
        value: '0',
      },
      {
        path: 'year',
        code: 'YEAR_INTERPRETED',
        severity: 'WARNING',
        message: 'Expected a year alone; read as 2019.',
        value: 'vers 2019',
      },
      {
        path: 'status',
        code: 'STATUS_UNKNOWN',
        severity: 'WARNING',
        message: 'Expected Disponible, Vendu, Réservé, Exposition, got none.',
        value: '',
      },
    ],
  },
  sound({
    sourceId: 2,
    name: 'Brume à Étretat',
    price: '89.9',
    category: 'Abstrait',
    technique: 'Acrylique',
    year: null,
    yearSource: null,
    quantity: 2,
    status: 'SOLD',
    statusSource: 'Vendu',
    image: 'Images/tableau_20261120_235432.webp',
    displayOrder: 0,
    ...v1Only,
  }),
  sound({
    sourceId: 1,
    name: 'Tableau Moderne',
    price: '1500',
    category: 'Moderne',
    technique: 'Huile sur toile',
    year: 2024,
    yearSource: '2024',
    quantity: 1,
    status: 'AVAILABLE',
    statusSource: 'Disponible',
    image: 'Images/tableau_20261120_235432.webp',
    displayOrder: 0,
    ...v1Only,
  }),
];

it.each([
  ['v2/paintings', v2Paintings],
  ['v2/page_limit_1000', v2Paintings],
  ['v2/page_limit_nonint', v2Paintings],
  ['v2/page_limit1', v2Paintings.slice(1, 2)],
  ['v2/page_offset_big', []],
  ['v2/empty_paintings', []],
] as const)('%s: paintings of a v2 site, odd ones let in with their reason', async (fixture, rows) => {
  expect(await mirror(fixture, 'paintings')).toEqual({ rows, end: endOf('V2', rows.length) });
});

const noAddress = { phone: null, address: null, city: null, postalCode: null, birthDate: null };

it('v1/users: the address columns come along', async () => {
  const common = { ...noAddress, country: 'France', acceptsMarketing: false };
  expect(await mirror('v1/users', 'users')).toEqual({
    rows: [
      {
        sourceId: 1,
        name: 'Martin',
        email: 'admin@example.com',
        role: 'ADMIN',
        roleSource: 'admin',
        createdAt: '2026-11-20T23:56:30.000000Z',
        ...common,
      },
      {
        sourceId: 2,
        name: 'Alice',
        email: 'alice@example.com',
        role: 'USER',
        roleSource: 'user',
        createdAt: '2026-11-20T23:56:31.000000Z',
        ...common,
      },
    ].map(sound),
    end: endOf('V1', 2),
  });
});

it('v2/users: times keep their microseconds, columns that v2 leaves out are null', async () => {
  const common = { ...noAddress, country: null, acceptsMarketing: null };
  expect(await mirror('v2/users', 'users')).toEqual({
    rows: [
      {
        sourceId: 2,
        name: 'Alice',
        email: 'alice@example.com',
        role: 'USER',
        roleSource: 'user',
        createdAt: '2026-11-20T23:54:32.059568Z',
        ...common,
      },
      {
        sourceId: 1,
        name: 'Martin',
        email: 'admin@example.com',
        role: 'ADMIN',
        roleSource: 'admin',
        createdAt: '2026-11-20T23:54:31.756572Z',
        ...common,
      },
    ].map(sound),
    end: endOf('V2', 2),
  });
});

const zeroTotal = {
  path: 'total_price',
  code: 'PRICE_ZERO',
  severity: 'WARNING',
  message: 'Expected a price above 0, got 0.',
  value: '0',
};

it('v1/orders: items keep their ids, a deleted painting leaves its item', async () => {
  expect(await mirror('v1/orders', 'orders')).toEqual({
    rows: [
      sound({
        sourceId: 1,
        customerName: 'Alice Dupont',
        email: 'alice@example.com',
        address: '1 rue X',
        userSourceId: 2,
        totalPrice: '1589.9',
        status: 'DELIVERED',
        statusSource: 'Livrée',
        orderedAt: '2026-11-20T23:56:32.000000Z',
        items: [
          {
            sourceId: 1,
            paintingSourceId: 1,
            name: 'Tableau Moderne',
            image: 'Images/tableau.png',
            price: '1500',
            quantity: 1,
          },
          { sourceId: 2, paintingSourceId: 999, name: null, image: null, price: '10', quantity: 1 },
        ],
      }),
      {
        sourceId: 2,
        record: {
          sourceId: 2,
          customerName: 'Bob',
          email: 'bob@example.com',
          address: null,
          userSourceId: null,
          totalPrice: '0',
          status: 'IN_PROGRESS',
          statusSource: 'En cours',
          orderedAt: '2026-11-20T23:56:32.000000Z',
          items: [],
        },
        issues: [zeroTotal],
      },
    ],
    end: endOf('V1', 2),
  });
});

it('v2/orders: items have no ids, the order no address and no user', async () => {
  const image = 'Images/tableau_20261120_235432.webp';
  expect(await mirror('v2/orders', 'orders')).toEqual({
    rows: [
      {
        sourceId: 2,
        record: {
          sourceId: 2,
          customerName: 'Bob',
          email: 'bob@example.com',
          address: null,
          userSourceId: null,
          totalPrice: '0',
          status: 'IN_PROGRESS',
          statusSource: 'En cours',
          orderedAt: '2026-11-20T23:54:32.869355Z',
          items: [],
        },
        issues: [zeroTotal],
      },
      sound({
        sourceId: 1,
        customerName: 'Alice Dupont',
        email: 'alice@example.com',
        address: null,
        userSourceId: null,
        totalPrice: '1589.9',
        status: 'DELIVERED',
        statusSource: 'Livrée',
        orderedAt: '2026-11-20T23:54:32.869355Z',
        items: [
          { sourceId: null, paintingSourceId: 1, name: 'Tableau Moderne', image, price: '1500', quantity: 1 },
          { sourceId: null, paintingSourceId: 2, name: 'Brume à Étretat', image, price: '89.9', quantity: 1 },
          { sourceId: null, paintingSourceId: 999, name: null, image: null, price: '10', quantity: 1 },
        ],
      }),
    ],
    end: endOf('V2', 2),
  });
  expect(await mirror('v2/empty_orders', 'orders')).toEqual({ rows: [], end: endOf('V2', 0) });
});

const noDetails = { image: null, organizer: null, entryPrice: null, contactInfo: null, venueDetails: null };

it('v1/exhibitions and v2/exhibitions: a day of the calendar and its text; v2 declares no count', async () => {
  expect(await mirror('v1/exhibitions', 'exhibitions')).toEqual({
    rows: [
      sound({
        sourceId: 1,
        title: 'Printemps',
        location: 'Paris',
        date: '2026-05-01',
        dateSource: '2026-05-01',
        startTime: null,
        endTime: null,
        description: 'x',
        createdAt: '2026-11-20T23:56:32.000000Z',
        ...noDetails,
      }),
    ],
    end: endOf('V1', 1),
  });
  expect(await mirror('v2/exhibitions', 'exhibitions')).toEqual({
    rows: [
      sound({
        sourceId: 1,
        title: 'Exposition Printemps',
        location: 'Galerie Paris',
        date: '2026-05-01',
        dateSource: '2026-05-01',
        startTime: '10:00',
        endTime: '18:00',
        description: 'Une belle exposition',
        createdAt: null,
        ...noDetails,
      }),
    ],
    end: endOf('V2', 1),
  });
});

const request = (createdAt: string) =>
  sound({
    sourceId: 1,
    clientName: 'Alice',
    clientEmail: 'alice@example.com',
    clientPhone: null,
    description: 'Portrait 50x70',
    projectType: 'portrait',
    budget: '500',
    dimensions: null,
    deadline: null,
    referenceImages: null,
    adminNotes: null,
    status: 'PENDING',
    statusSource: 'En attente',
    createdAt,
  });

it('v1/custom-requests: the list and the table of full are the same', async () => {
  const rows = [request('2026-11-20T23:56:32.000000Z')];
  expect(await mirror('v1/custom-requests', 'customRequests')).toEqual({ rows, end: endOf('V1', 1) });
  expect(await mirrorFull('v1/full')).toEqual({ rows, end: endOf(null, 1) });
});

it('v2/custom-requests: column names as values are one error, and full has the rows', async () => {
  expect(await mirror('v2/custom-requests', 'customRequests')).toEqual({
    rows: [
      {
        sourceId: null,
        record: null,
        issues: [
          {
            path: '',
            code: 'COLUMN_NAMES_AS_VALUES',
            severity: 'ERROR',
            message:
              'Expected values, got the names of their columns: this template release reads its database wrongly.',
            value: null,
          },
        ],
      },
    ],
    end: endOf('V2', 1),
  });
  expect(await mirrorFull('v2/full')).toEqual({
    rows: [request('2026-11-20T23:54:32.755142Z')],
    end: endOf(null, 1),
  });
});
