import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

/** Typed search attributes of deploys and locks; `greenlane setup` registers them. */
export const searchAttributes = {
  fleet: defineSearchAttributeKey('GreenlaneFleet', SearchAttributeType.KEYWORD),
  sha: defineSearchAttributeKey('GreenlaneSha', SearchAttributeType.KEYWORD),
  phase: defineSearchAttributeKey('GreenlanePhase', SearchAttributeType.KEYWORD),
  outcome: defineSearchAttributeKey('GreenlaneOutcome', SearchAttributeType.KEYWORD),
} as const;
