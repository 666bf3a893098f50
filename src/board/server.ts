import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { THEME } from '../page/theme.ts';
import { CLIENT } from './client.ts';
import type { BoardFeed, BoardState } from './feed.ts';
import { boardPage, BOARD_STYLE } from './page.ts';
import { sectionsOf, SECTIONS } from './sections.ts';

/** Screens that may watch at once; one more is told to come back later. */
const MOST_WATCHERS = 200;

const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

/**
 * The board over HTTP: a page, its style sheet and script, and an event stream with what changed. It reads only, and
 * on loopback answers only requests that name loopback, so that no web page can read it under a name of its own.
 */
export function boardServer(feed: BoardFeed, loopback: boolean): Server {
  const watchers = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    if (loopback && !namesLoopback(request)) return end(response, 421, 'ask for localhost or 127.0.0.1\n');
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      return end(response, 405, 'the board is read only\n');
    }
    switch (new URL(request.url ?? '/', 'http://board').pathname) {
      case '/':
        return end(response, 200, boardPage(feed.state, Date.now()).text, 'text/html');
      case '/board.css':
        return end(response, 200, THEME + BOARD_STYLE, 'text/css');
      case '/board.js':
        return end(response, 200, CLIENT, 'text/javascript');
      case '/events':
        if (watchers.size >= MOST_WATCHERS) return end(response, 503, 'too many screens watch already\n');
        return watch(feed, request, response, watchers);
      default:
        return end(response, 404, 'there is nothing here\n');
    }
  });
  server.on('close', () => {
    for (const watcher of watchers) watcher.end();
  });
  return server;
}

function end(response: ServerResponse, status: number, body: string, type = 'text/plain'): void {
  response.writeHead(status, { 'content-type': `${type}; charset=utf-8` }).end(body);
}

/** Sends every section once, and from then on those that changed; a word at each look, as a sign of life. */
function watch(
  feed: BoardFeed,
  request: IncomingMessage,
  response: ServerResponse,
  watchers: Set<ServerResponse>,
): void {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  const sent = new Map<string, string>();
  const send = (state: BoardState): void => {
    // A screen that does not read is skipped, not buffered for.
    if (response.writableNeedDrain) return;
    const now = sectionsOf(state, 0);
    const sections: Record<string, string> = {};
    for (const name of SECTIONS) {
      const { text } = now[name];
      if (sent.get(name) === text) continue;
      sent.set(name, text);
      sections[name] = text;
    }
    response.write(`data: ${JSON.stringify({ now: Date.now(), sections })}\n\n`);
  };
  send(feed.state);
  const stop = feed.subscribe(send);
  watchers.add(response);
  request.on('close', () => {
    stop();
    watchers.delete(response);
  });
}

function namesLoopback({ headers }: IncomingMessage): boolean {
  return /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i.test(headers.host ?? '');
}
