import { readBoard, whyNoData } from '../board/data.ts';
import { BoardFeed } from '../board/feed.ts';
import { isLoopback, listen } from '../board/listen.ts';
import { boardServer } from '../board/server.ts';
import { connect } from '../client/connect.ts';
import { UsageError } from '../errors.ts';
import { say } from '../progress/say.ts';
import { loadFleet, type CommandContext, type GlobalOptions } from './context.ts';
import { untilInterrupted } from './interrupted.ts';

export interface BoardOptions extends GlobalOptions {
  readonly port?: string;
  readonly host?: string;
}

const PORT = 8234;
const EVERY_MS = 2_000;

/** Serves a page for the team's screen until Ctrl-C; it reads, and changes nothing. */
export async function run(options: BoardOptions, context: CommandContext): Promise<number> {
  const { fleet } = loadFleet(options, context);
  const port = portOf(options.port);
  const host = options.host ?? '127.0.0.1';
  const access = await connect(context.env);
  const feed = new BoardFeed({
    fleet: fleet.name,
    everyMs: EVERY_MS,
    read: async (now) => readBoard(access, fleet.name, now),
    explain: (error) => whyNoData(error, access),
  });
  const server = boardServer(feed, isLoopback(host));
  try {
    const url = await listen(server, host, port);
    if (!isLoopback(host))
      context.stderr(
        `greenlane: warning: ${host} can be reached from other machines, and the board asks nobody who they are. It shows names of tenants and people, and no secrets.\n`,
      );
    if (options.json === true) context.stdout(`${JSON.stringify({ url })}\n`);
    else say(context, options, `Board of ${fleet.name}: ${url} (read only; Ctrl-C ends it)`);
    void feed.start();
    await untilInterrupted();
    return 0;
  } finally {
    feed.close();
    server.close();
    server.closeAllConnections();
    await access.close();
  }
}

/** @throws UsageError */
function portOf(text: string | undefined): number {
  if (text === undefined) return PORT;
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new UsageError(
      `--port: expected a number from 0 (any free one) to 65535, got ${JSON.stringify(text)}`,
    );
  return Number(text);
}
