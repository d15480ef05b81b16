import { onTestFinished } from 'vitest';
import { createTemplateClient, type ListEnd, type RecordBatch } from '../../../src/template/client.ts';
import type { TemplateClient } from '../../../src/template/client.ts';
import { createTemplateAgent } from '../../../src/template/http.ts';
import { defaultLimits, type TemplateLimits } from '../../../src/template/limits.ts';

/** A client for one test, with its own agent. */
export function testClient(limits: Partial<TemplateLimits> = {}): TemplateClient {
  const dispatcher = createTemplateAgent({ ...defaultLimits, ...limits });
  onTestFinished(() => dispatcher.destroy());
  return createTemplateClient({ dispatcher, limits });
}

export async function readAll(
  list: AsyncGenerator<RecordBatch, ListEnd>,
): Promise<{ records: unknown[]; end: ListEnd }> {
  const records: unknown[] = [];
  for (let step = await list.next(); ; step = await list.next()) {
    if (step.done === true) return { records, end: step.value };
    for (const record of step.value.records) records.push(record);
  }
}
