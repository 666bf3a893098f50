import { readdirSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { Unreadable } from './finding.ts';

/** Where forges look for workflow files, in the order in which the first that is there counts. */
export const WORKFLOW_DIRS = ['.gitea/workflows', '.forgejo/workflows', '.github/workflows'] as const;

/** The workflow directory of a root: the one that was named, else the first of the known ones that is there. */
export function findWorkflowDir(root: string, named: string | undefined): { dir: string; exists: boolean } {
  if (named !== undefined) return { dir: named, exists: isDirectory(join(root, named)) };
  const dir = WORKFLOW_DIRS.find((candidate) => isDirectory(join(root, candidate)));
  return dir === undefined ? { dir: WORKFLOW_DIRS[0], exists: false } : { dir, exists: true };
}

/**
 * The workflow files below a directory, sorted, as paths relative to the root. Linked directories are not entered:
 * no forge follows them, and they may run in circles. A linked file is listed.
 */
export function listWorkflowFiles(root: string, dir: string): { files: string[]; unreadable: Unreadable[] } {
  try {
    const files = pathsBelow(join(root, dir)).filter((path) => /\.ya?ml$/.test(path) && !isDirectory(path));
    return { files: files.map((path) => slashed(relative(root, path))).sort(), unreadable: [] };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    return {
      files: [],
      unreadable: [{ file: slashed(dir), reason: `the directory cannot be listed (${code})` }],
    };
  }
}

/** Not by `recursive` of readdir: since Node 22 that enters linked directories, in circles too. */
function pathsBelow(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    return entry.isDirectory() ? pathsBelow(path) : [path];
  });
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** A path with forward slashes, as findings name files. */
export function slashed(path: string): string {
  return sep === '/' ? path : path.replaceAll(sep, '/');
}
