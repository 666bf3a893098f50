import { afterEach, describe, expect, it } from 'vitest';
import { BoardFeed, type BoardState } from '../../src/board/feed.ts';
import { until } from '../support/until.ts';
import { sampleData } from './samples.ts';

describe('the board’s feed', () => {
  let feed: BoardFeed | undefined;
  afterEach(() => feed?.close());

  function start(read: () => ReturnType<typeof sampleData>): BoardFeed {
    feed = new BoardFeed({
      fleet: 'production',
      everyMs: 10,
      read: async () => read(),
      explain: (error) => (error as Error).message,
    });
    return feed;
  }

  it('keeps the last data while there is no news, and says since when', async () => {
    let broken = false;
    const data = sampleData();
    const board = start(() => {
      if (broken) throw new Error('Temporal is gone');
      return data;
    });
    await board.start();
    expect(board.state).toEqual({ fleet: 'production', data });
    broken = true;
    await until(() => board.state.trouble !== undefined);
    const { trouble } = board.state;
    expect(trouble).toEqual({ why: 'Temporal is gone', since: data.at });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(board.state.trouble?.since).toBe(trouble?.since);
    expect(board.state.data).toBe(data);
    broken = false;
    await until(() => board.state.trouble === undefined);
  });

  it('tells everybody who listens of every look, and nobody who stopped', async () => {
    const board = start(() => sampleData());
    const heard: BoardState[] = [];
    const stop = board.subscribe((state) => heard.push(state));
    await board.start();
    await until(() => heard.length >= 3);
    stop();
    const before = heard.length;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(heard).toHaveLength(before);
  });
});
