import { createServer } from 'node:http';

import { postgraphile } from 'postgraphile';
import { makePgService } from 'postgraphile/adaptors/pg';
import { grafserv } from 'postgraphile/grafserv/node';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';
import { jsonPgSmartTags } from 'postgraphile/utils';

/**
 * PostGraphile on the database that the first argument names, with as many connections as the second one says, set up
 * as its documentation does for production. The mirror has no foreign keys where rows refer to their site (for speed), or
 * a line of an order to its painting (which may be gone), so PostGraphile is told of them.
 */
const [connectionString, connections] = process.argv.slice(2);

const ofSite = (fieldName) => ({
  tags: { foreignKey: `(site_id) references site (id)|@foreignFieldName ${fieldName}` },
});
const config = {
  class: {
    painting: ofSite('paintingsBySiteId'),
    order: ofSite('ordersBySiteId'),
    order_item: {
      tags: {
        foreignKey:
          '(site_id, painting_source_id) references painting (site_id, source_id)|@fieldName painting',
      },
    },
  },
};

const instance = postgraphile({
  extends: [PostGraphileAmberPreset],
  plugins: [jsonPgSmartTags({ version: 1, config })],
  pgServices: [
    makePgService({ connectionString, schemas: ['public'], poolConfig: { max: Number(connections) } }),
  ],
  grafserv: { graphqlPath: '/graphql', graphiql: false, websockets: false, watch: false },
  grafast: { explain: false },
});
const server = createServer();
await instance.createServ(grafserv).addTo(server);
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${server.address().port}\n`);
});
process.once('SIGTERM', () => process.exit());
