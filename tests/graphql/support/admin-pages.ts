const freshness = `freshness {
  asOf staleCount neverSyncedCount
  staleSites { site { id name } asOf reasons errorCode }
  neverSyncedSites { site { id name } reasons errorCode }
}`;
const money = 'amount currency';
const pageInfo = 'pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';

/** What the pages of an admin ask for, each in one operation. */
export const adminPages = {
  'a hundred sites with all they have': `{
    sites(first: 100) {
      totalCount ${pageInfo}
      nodes {
        id name url status generation currency timeZone addedAt syncedAt
        stats { paintings orders totalRevenue { ${money} } observedAt }
        paintings(first: 1) { totalCount freshness { asOf staleCount neverSyncedCount } }
        sold: paintings(first: 1, where: { status: { equals: SOLD } }) { totalCount }
        users(first: 1) { totalCount }
        orders(first: 1) { totalCount freshness { asOf staleCount neverSyncedCount } }
        exhibitions(first: 1) { totalCount }
        customRequests(first: 1) { totalCount }
        issues(first: 1) { totalCount }
        lastRun { id status startedAt endedAt errorCode errorMessage }
        runStatistics { runs successRate durationMs { p50 p95 p99 } refusedKeys rowsPerDay { day rows } }
      }
    }
    runStatistics { runs succeeded partial failed cancelled successRate refusedKeys rowsPerDay { day rows runs } }
    paintings(first: 1) { totalCount ${freshness} }
    orders(first: 20) { totalCount ${freshness} nodes { id orderedAt customerName totalPrice { ${money} } } }
    users(first: 1) { totalCount ${freshness} }
    deletionHolds(first: 20) { totalCount nodes { id entity held live heldAt site { name } } }
  }`,
  orders: `{
    orders(first: 100) {
      totalCount ${pageInfo} ${freshness}
      edges {
        cursor
        node {
          id sourceId orderedAt customerName email address status statusSource firstSeenAt observedAt deletedAt
          totalPrice { ${money} }
          site { id name }
          user { id name email }
          items(first: 10) {
            totalCount
            nodes { name quantity price { ${money} } painting { id name images status } }
          }
        }
      }
    }
  }`,
  paintings: `{
    paintings(first: 100) {
      totalCount ${pageInfo} ${freshness}
      nodes {
        id sourceId name status statusSource category technique year yearSource quantity images displayOrder
        description descriptionLong dimensions weight framed certificate uniquePiece createdAt
        firstSeenAt observedAt deletedAt
        price { ${money} }
        site { id name url currency }
      }
    }
  }`,
  runs: `{
    syncRuns(first: 100) {
      totalCount ${pageInfo}
      nodes {
        id mode status entities errorCode errorMessage requestedAt startedAt cancelRequestedAt endedAt
        site { id name status }
        entityRuns {
          entity status expected pages received created updated unchanged rejected normalised duplicates
          tombstoned held percent errorCode errorMessage startedAt endedAt
        }
        issues(first: 1) { totalCount }
      }
    }
  }`,
  figures: `{
    sales {
      currency firstDay lastDay orderCount unpriced rejectedOrders revenueStatuses ${freshness}
      revenue { ${money} } averageBasket { ${money} }
      previous { orderCount revenue { ${money} } averageBasket { ${money} } }
      byTime(unit: DAY) { firstDay lastDay orderCount revenue { ${money} } }
      byStatus { status countsAsRevenue orderCount amount { ${money} } }
      byCustomer { kind customers orderCount revenue { ${money} } }
      byCategory(first: 10) { category quantity amount { ${money} } }
      byPainting(first: 10) { quantity amount { ${money} } paintingId painting { id name images site { id name } } }
      orders(first: 10) { totalCount nodes { id orderedAt customerName totalPrice { ${money} } } }
    }
    stock {
      currency rejectedPaintings ${freshness}
      inStock { paintingCount pieces unpriced value { ${money} } }
      lastPiece { paintingCount pieces value { ${money} } paintings(first: 10) { totalCount nodes { id name } } }
      soldOut { paintingCount }
    }
  }`,
  'figures of a year': `{
    sales(firstDay: "2025-01-01", lastDay: "2025-12-31") {
      currency orderCount revenue { ${money} } averageBasket { ${money} }
      previous { orderCount revenue { ${money} } averageBasket { ${money} } }
      byTime(unit: MONTH) { firstDay orderCount revenue { ${money} } }
      byStatus { status orderCount amount { ${money} } }
      byCategory(first: 10) { category quantity amount { ${money} } }
      byPainting(first: 10) { quantity amount { ${money} } painting { id name } }
    }
    stock { currency inStock { paintingCount pieces value { ${money} } } lastPiece { paintingCount } soldOut { paintingCount } }
  }`,
};
