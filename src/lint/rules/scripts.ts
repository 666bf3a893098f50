import { forEachChild, type SyntaxNode } from 'unbash';
import type { RuleContext } from '../rule.ts';
import { scriptOf, type Script } from '../shell/script.ts';

/** The scripts of the files that are asked about, those in other languages left out. */
export function scriptsOf({ targets }: RuleContext): Script[] {
  return targets.flatMap((workflow) =>
    workflow.jobs.flatMap((job) => job.steps.flatMap((step) => scriptOf(step) ?? [])),
  );
}

/** Calls back for every node of a script, outermost first, with the nodes it stands in. */
export function visitScript(
  script: Script,
  visit: (node: SyntaxNode, parents: readonly SyntaxNode[]) => void,
): void {
  const walk = (node: SyntaxNode, parents: readonly SyntaxNode[]): void => {
    visit(node, parents);
    const inner = [...parents, node];
    forEachChild(node, (child) => walk(child, inner));
  };
  walk(script.ast, []);
}

/** The plain words of a command: name and arguments, quotes taken off; undefined for other nodes. */
export function plainWords(node: SyntaxNode | undefined): string[] | undefined {
  if (node?.type !== 'Command' || node.name === undefined) return undefined;
  return [node.name.value, ...node.args.map((part) => (part.type === 'Word' ? part.value : part.text))];
}
