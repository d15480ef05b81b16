import { fetchBody, type Door, type TemplateRequest, type TemplateSite } from './http.ts';
import { readJson } from './json/read-json.ts';

/** One small answer as a whole: parsed, at most `maxAnswerBytes`, within `callMs`. */
export async function ask(
  door: Door,
  site: TemplateSite,
  request: TemplateRequest,
  signal: AbortSignal | undefined,
): Promise<object> {
  const { callMs, maxAnswerBytes } = door.limits;
  return readJson(
    request,
    fetchBody(door, site, request, { signal, callMs, maxDecodedBytes: maxAnswerBytes }),
  );
}
