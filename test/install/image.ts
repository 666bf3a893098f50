import { readFileSync } from 'node:fs';
import { DockerfileParser } from 'dockerfile-ast';

export const dockerfileText = readFileSync('Dockerfile', 'utf8');
export const dockerfile = DockerfileParser.parse(dockerfileText);
const instructions = dockerfile.getInstructions();

/** Instructions of the image that runs: the last stage. */
export const final = instructions.slice(instructions.findLastIndex((one) => one.getKeyword() === 'FROM'));

/** What the instructions of a name say in the image that runs. */
export const said = (keyword: string): string[] =>
  final.filter((one) => one.getKeyword() === keyword).map((one) => one.getArgumentsContent() ?? '');

/** The command of the image's health check, program first. */
export function healthCommand(): string[] {
  const check = said('HEALTHCHECK')[0] ?? '';
  return JSON.parse(check.slice(check.indexOf('['))) as string[];
}
