import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { createScratchDirectory } from '../../src/core/scratch-directory.ts';

/** The nginx of this machine, wherever packages put it. */
export const nginxPath = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/usr/local/sbin']
  .map((folder) => join(folder, 'nginx'))
  .find((path) => existsSync(path));

/** What nginx needs for WebSocket: headers that it does not pass on by itself, and HTTP/1.1. */
const passUpgrade = `
  proxy_http_version 1.1;
  proxy_set_header Upgrade $http_upgrade;
  proxy_set_header Connection upgrade;`;

/** As it comes, buffering and HTTP/1.0 included. */
const configuration = (port: number, target: string, more: string) => `
  daemon off;
  master_process off;
  pid nginx.pid;
  error_log stderr;
  events {}
  http {
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    server {
      listen 127.0.0.1:${port};
      location / {
        proxy_pass ${target};
        ${more}
      }
    }
  }`;

/** A real nginx in front of a server, on a free port, with everything it writes in a directory of its own. */
export async function startNginx(
  target: string,
  { webSocket = false } = {},
): Promise<AsyncDisposable & { url: string }> {
  if (nginxPath === undefined) {
    throw new Error('Expected nginx on this machine, found none: install it (apt-get install nginx).');
  }
  const directory = createScratchDirectory();
  const port = await freePort();
  writeFileSync(
    join(directory.path, 'nginx.conf'),
    configuration(port, target.replace('localhost', '127.0.0.1'), webSocket ? passUpgrade : ''),
  );
  const child = spawn(nginxPath, ['-p', directory.path, '-c', 'nginx.conf'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exit = once(child, 'exit');
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  while (!(await answers(port))) {
    if (child.exitCode !== null) throw new Error(`nginx ended before it served: ${said}`);
    await delay(20);
  }
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await exit;
      directory[Symbol.dispose]();
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('a server without a port');
  return address.port;
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
