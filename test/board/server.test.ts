import type { Server } from 'node:http';
import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { BoardFeed } from '../../src/board/feed.ts';
import { isLoopback, listen } from '../../src/board/listen.ts';
import { boardServer } from '../../src/board/server.ts';
import { AddressError } from '../../src/errors.ts';
import { sampleData } from './samples.ts';

const evil = '"><script>alert(1)</script><img src=x onerror=alert(2)>\u202e\u001b[31m';

describe('the board’s server', () => {
  const open: { feed: BoardFeed; server: Server }[] = [];
  afterEach(() => {
    for (const { feed, server } of open.splice(0)) {
      feed.close();
      server.close();
      server.closeAllConnections();
    }
  });

  async function start(read = () => sampleData(), loopback = true): Promise<string> {
    const feed = new BoardFeed({
      fleet: 'production',
      everyMs: 20,
      read: async () => read(),
      explain: () => 'Temporal does not answer',
    });
    await feed.start();
    const server = boardServer(feed, loopback);
    open.push({ feed, server });
    return listen(server, '127.0.0.1', 0);
  }

  it('serves one page without anything from elsewhere, under a strict policy', async () => {
    const url = await start();
    const answer = await fetch(url);
    const page = await answer.text();
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'");
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(page).not.toMatch(/(src|href)="(https?:)?\/\//);
    expect(page).not.toMatch(/ on[a-z]+=| style=/);
    for (const file of ['board.css', 'board.js']) expect((await fetch(`${url}/${file}`)).status).toBe(200);
  });

  it('I-23: shows what came from outside as text, wherever it stands', async () => {
    const url = await start(() =>
      sampleData({
        status: {
          tag: evil,
          detail: evil,
          warnings: [evil],
          stragglers: [{ slug: evil, state: 'stale' }],
          phase: 'halted',
          halted: { reason: evil, actor: evil, at: 1 },
        },
        lock: {
          pin: { tag: evil, reason: evil, actor: evil, at: 1 },
          freeze: { reason: evil, actor: evil, at: 1 },
          oddities: [{ at: 1, what: evil }],
        },
      }),
    );
    const page = await (await fetch(url)).text();
    expect(page).toContain('&lt;script&gt;alert(1)');
    expect(page).not.toMatch(/<script>|<img|\u202e|\u001b/);
  });

  it('is read only', async () => {
    const url = await start();
    for (const method of ['POST', 'PUT', 'DELETE']) {
      const answer = await fetch(url, { method });
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    }
    expect((await fetch(`${url}/else`)).status).toBe(404);
  });

  it('answers on loopback only to those who ask for loopback, so that no web page can reach it by a name of its own', async () => {
    const url = new URL(await start());
    const ask = (host: string) =>
      new Promise<number>((resolve, reject) => {
        request({ host: url.hostname, port: url.port, headers: { host } }, (answer) => {
          answer.resume();
          resolve(answer.statusCode ?? 0);
        })
          .on('error', reject)
          .end();
      });
    expect(await ask('evil.example')).toBe(421);
    expect(await ask(`localhost:${url.port}`)).toBe(200);
    const wide = new URL(await start(() => sampleData(), false));
    expect((await fetch(wide)).status).toBe(200);
  });

  it('sends every section at first, and then only what changed', async () => {
    let wave = 3;
    const data = sampleData();
    const url = await start(() => ({
      ...data,
      ...(data.holder?.status === undefined
        ? {}
        : { holder: { running: true, status: { ...data.holder.status, wave } } }),
    }));
    const answer = await fetch(`${url}/events`);
    const reader = answer.body?.getReader() as ReadableStreamDefaultReader<Uint8Array>;
    const messages: { sections: Record<string, string> }[] = [];
    let text = '';
    const read = async (count: number) => {
      while (messages.length < count) {
        const { value } = await reader.read();
        text += Buffer.from(value as Uint8Array).toString();
        const parts = text.split('\n\n');
        text = parts.pop() ?? '';
        for (const part of parts) messages.push(JSON.parse(part.replace(/^data: /, '')) as never);
      }
    };
    await read(4);
    expect(Object.keys(messages[0]?.sections ?? {})).toContain('releases');
    expect(messages.slice(1, 4).map(({ sections }) => Object.keys(sections))).toEqual([[], [], []]);
    wave = 4;
    await read(messages.length + 3);
    const changed = messages.slice(4).flatMap(({ sections }) => Object.keys(sections));
    expect(changed).toEqual(['headline']);
    await reader.cancel();
  });

  it('says in one line that the port is in use, and what to do', async () => {
    const url = new URL(await start());
    const feed = new BoardFeed({
      fleet: 'f',
      everyMs: 1_000,
      read: async () => sampleData(),
      explain: String,
    });
    await expect(listen(boardServer(feed, true), '127.0.0.1', Number(url.port))).rejects.toThrow(
      new RegExp(`^port ${url.port} of 127.0.0.1 is in use: give another one with --port`),
    );
    await expect(listen(boardServer(feed, true), '203.0.113.7', 0)).rejects.toThrow(AddressError);
  });

  it('knows which hosts only this machine can reach', () => {
    expect(['localhost', '127.0.0.1', '127.1.2.3', '::1'].every(isLoopback)).toBe(true);
    expect(['0.0.0.0', '::', '192.168.0.1', '127.example.com', ''].some(isLoopback)).toBe(false);
  });
});
