import { expect, it } from 'vitest';
import { reportPage } from '../../src/report/page.ts';
import { recordedStory } from './histories.ts';

it.each([9e15, 1e300, -1e300])(
  'a report is drawn at once when a history names %d as times and tenants',
  async (number) => {
    const story = await recordedStory('deployed-with-a-quarantined-tenant');
    const tenants = { ...story.tenants, already: number };
    const far = { ...story, tenants, from: number, to: number + 4_000 };
    expect(reportPage(far, { now: number }).text).toContain('<svg');
  },
);
