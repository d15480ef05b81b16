import { createApp } from '../app.ts';
import { readConfig } from '../config.ts';
import { createLogger } from '../core/logger.ts';
import { untilStopped } from './until-stopped.ts';

await untilStopped(async (_signal, stop) => {
  const { config, secrets } = readConfig(process.env);
  const app = await createApp(config, secrets, createLogger(config.logLevel), stop);
  if (app.url === null) {
    process.stdout.write('Cimaise works on jobs. Stop it with Ctrl-C.\n');
    return app;
  }
  process.stdout.write(`Cimaise serves ${app.url}/graphql. Stop it with Ctrl-C.\n`);
  if (secrets.adminTokenGenerated)
    process.stdout.write(`Sign in with the admin token ${secrets.adminToken}\n`);
  return app;
});
