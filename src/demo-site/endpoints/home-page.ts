import { isRow, type JsonValue } from '../rows/json.ts';
import type { Handler } from './site.ts';

const SHOWN = 12;

/** `GET /`: the shop window. */
export const homePage: Handler = (site) => {
  const cards = site.rows
    .page('paintings', 0, SHOWN)
    .filter((painting) => isRow(painting))
    .map(
      (painting) =>
        `<figure><img src="/static/${encodeURI(text(painting['image']))}" alt="" width="320" height="240">` +
        `<figcaption>${escapeHtml(text(painting['name']))}, ${escapeHtml(text(painting['price']))} €</figcaption></figure>`,
    );
  const name = escapeHtml(site.settings.get('site_name') ?? site.gallery.name);
  return {
    status: 200,
    headers: { 'content-type': 'text/html; charset=utf-8' },
    body:
      `<!doctype html>\n<html lang="fr">\n<meta charset="utf-8">\n<title>${name}</title>\n` +
      '<style>body{font-family:sans-serif;margin:2rem}main{display:flex;flex-wrap:wrap;gap:1rem}figure{margin:0}</style>\n' +
      `<h1>${name}</h1>\n<main>\n${cards.join('\n')}\n</main>\n</html>\n`,
  };
};

function text(value: JsonValue | undefined): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function escapeHtml(plain: string): string {
  return plain
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
