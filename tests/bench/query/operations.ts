/** One question, asked of the gateway and of its peer: the same selections, and the same rows back. */
export interface Operation {
  readonly op: string;
  readonly ours: string;
  readonly theirs: string;
}

/** @param site a site's number, @param painting the number of a painting on it, @param after the cursor of each */
export function operationsOf(places: {
  site: number;
  painting: number;
  after: { ours: string; theirs: string };
}): Operation[] {
  const { site, painting, after } = places;
  return [
    {
      op: 'sites with paintings',
      ours: `{
        sites(first: 10) {
          nodes { name url paintings(first: 10) { nodes { sourceId name status category year price { amount } } } }
        }
      }`,
      theirs: `{
        sites: allSites(first: 10, orderBy: PRIMARY_KEY_ASC) {
          nodes {
            name url
            paintings: paintingsBySiteId(first: 10, orderBy: PRIMARY_KEY_ASC) { nodes { sourceId name status category year price } }
          }
        }
      }`,
    },
    {
      op: 'second page by price',
      ours: secondPage.ours(site, after.ours),
      theirs: secondPage.theirs(site, after.theirs),
    },
    {
      op: 'orders with items',
      ours: `{
        orders(first: 50) {
          nodes {
            sourceId customerName status orderedAt totalPrice { amount }
            items { nodes { position quantity price { amount } painting { sourceId name category } } }
          }
        }
      }`,
      theirs: `{
        orders: allOrders(first: 50, orderBy: [ORDERED_AT_DESC, SITE_ID_DESC, SOURCE_ID_DESC]) {
          nodes {
            sourceId customerName status orderedAt totalPrice
            items: orderItemsBySiteIdAndOrderSourceId(first: 20, orderBy: PRIMARY_KEY_ASC) { nodes { position quantity price painting { sourceId name category } } }
          }
        }
      }`,
    },
    {
      op: 'one painting',
      ours: `{ painting(id: "Painting:${site}:${painting}") { ${detailsOf('price { amount }')} } }`,
      theirs: `{ painting: paintingBySiteIdAndSourceId(siteId: ${site}, sourceId: "${painting}") { ${detailsOf('price')} } }`,
    },
  ];
}

const detailsOf = (price: string) =>
  `sourceId name status category technique year quantity description dimensions displayOrder createdAt ${price}`;

/** The paintings of a site with one status, ordered by price; the page behind a cursor, or the first. */
export const secondPage = {
  ours: (site: number, after: string | null) => `{
    site(id: "Site:${site}") {
      paintings(
        first: 20, where: {status: {equals: AVAILABLE}}, orderBy: {field: PRICE}
        ${after === null ? '' : `after: "${after}"`}
      ) {
        pageInfo { hasNextPage endCursor }
        nodes { sourceId name category year price { amount } }
      }
    }
  }`,
  theirs: (site: number, after: string | null) => `{
    site: siteByRowId(rowId: ${site}) {
      paintings: paintingsBySiteId(
        first: 20, condition: { status: AVAILABLE }, orderBy: [PRICE_ASC, SOURCE_ID_ASC]
        ${after === null ? '' : `after: "${after}"`}
      ) {
        pageInfo { hasNextPage endCursor }
        nodes { sourceId name category year price }
      }
    }
  }`,
};
