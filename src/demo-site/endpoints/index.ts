import { flaskPage, json } from '../answer.ts';
import type { Endpoint } from '../faults/kinds.ts';
import { exportFull } from './export-full.ts';
import { exportList } from './export-list.ts';
import { exportStats } from './export-stats.ts';
import { homePage } from './home-page.ts';
import { picture } from './picture.ts';
import { exportSettings, getSetting, putSetting, stripePk, templateConfig } from './settings.ts';
import type { Handler } from './site.ts';
import { uploadImage } from './upload-image.ts';

export interface Route {
  /** What faults are set on; a route without one never fails. */
  readonly endpoint?: Endpoint;
  readonly path: RegExp;
  readonly methods: Readonly<Record<string, Handler>>;
}

/** Needs the admin's own browser session, which no caller has: Flask sends everyone else to the front page. */
const adminOnly: Handler = () =>
  flaskPage(
    302,
    'Redirecting...',
    'You should be redirected automatically to the target URL: <a href="/">/</a>. If not, click the link.\n',
    { location: '/' },
  );

export const routes: readonly Route[] = [
  { endpoint: 'paintings', path: /^\/api\/export\/paintings$/, methods: { GET: exportList('paintings') } },
  { endpoint: 'users', path: /^\/api\/export\/users$/, methods: { GET: exportList('users') } },
  { endpoint: 'orders', path: /^\/api\/export\/orders$/, methods: { GET: exportList('orders') } },
  {
    endpoint: 'exhibitions',
    path: /^\/api\/export\/exhibitions$/,
    methods: { GET: exportList('exhibitions') },
  },
  {
    endpoint: 'customRequests',
    path: /^\/api\/export\/custom-requests$/,
    methods: { GET: exportList('customRequests') },
  },
  { endpoint: 'settings', path: /^\/api\/export\/settings$/, methods: { GET: exportSettings } },
  {
    endpoint: 'setting',
    path: /^\/api\/export\/settings\/([^/]+)$/,
    methods: { GET: getSetting, PUT: putSetting },
  },
  { endpoint: 'stats', path: /^\/api\/export\/stats$/, methods: { GET: exportStats } },
  { endpoint: 'full', path: /^\/api\/export\/full$/, methods: { GET: exportFull } },
  { path: /^\/api\/export\/api-key$/, methods: { GET: adminOnly } },
  { path: /^\/api\/export\/regenerate-key$/, methods: { POST: adminOnly } },
  { endpoint: 'stripePk', path: /^\/api\/stripe-pk$/, methods: { GET: stripePk } },
  { endpoint: 'templateConfig', path: /^\/api\/template\/config$/, methods: { GET: templateConfig } },
  { endpoint: 'upload', path: /^\/api\/upload\/image$/, methods: { POST: uploadImage } },
  {
    path: /^\/api\/sync-dashboard$/,
    methods: { POST: () => json(200, { message: 'Sync triggered', success: true }) },
  },
  { endpoint: 'picture', path: /^\/static\/Images\/([^/]+)$/, methods: { GET: picture } },
  { endpoint: 'home', path: /^\/$/, methods: { GET: homePage } },
];
