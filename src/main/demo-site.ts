import { parseArgs } from 'node:util';
import { startDemoSite } from '../demo-site/start-demo-site.ts';

const { values } = parseArgs({
  options: {
    generation: { type: 'string', default: 'v2' },
    name: { type: 'string', default: 'Galerie Martin' },
    port: { type: 'string', default: '0' },
    seed: { type: 'string', default: '1' },
    paintings: { type: 'string' },
    users: { type: 'string' },
    orders: { type: 'string' },
    exhibitions: { type: 'string' },
    'custom-requests': { type: 'string' },
  },
});

function whole(flag: string, text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 0) return number;
  throw new Error(`--${flag} must be a whole number, not "${text}".`);
}

function count(flag: 'paintings' | 'users' | 'orders' | 'exhibitions' | 'custom-requests') {
  const text = values[flag];
  if (text === undefined) return {};
  return { [flag === 'custom-requests' ? 'customRequests' : flag]: whole(flag, text) };
}

const { generation } = values;
if (generation !== 'v1' && generation !== 'v2') throw new Error('--generation must be v1 or v2.');

const site = await startDemoSite({
  generation,
  name: values.name,
  apiKey: process.env['DEMO_API_KEY'] ?? 'demo-key-of-this-site',
  port: whole('port', values.port),
  seed: whole('seed', values.seed),
  counts: {
    ...count('paintings'),
    ...count('users'),
    ...count('orders'),
    ...count('exhibitions'),
    ...count('custom-requests'),
  },
});

const stop = () => {
  void site.stop().then(() => process.exit(0));
};
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
// A forked site must not outlive the process it was started for.
process.once('disconnect', stop);
process.stdout.write(`${JSON.stringify({ url: site.url, port: site.port })}\n`);
