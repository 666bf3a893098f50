import { readdirSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { globSync } from 'tinyglobby';
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
  const base = join(root, dir);
  try {
    readdirSync(base);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    return {
      files: [],
      unreadable: [{ file: slashed(dir), reason: `the directory cannot be listed (${code})` }],
    };
  }
  const found = globSync(['**/*.yml', '**/*.yaml'], {
    cwd: base,
    dot: true,
    followSymbolicLinks: false,
    onlyFiles: false,
    expandDirectories: false,
  });
  const files = found.map((path) => join(base, path)).filter((path) => !isDirectory(path));
  return { files: files.map((path) => slashed(relative(root, path))).sort(), unreadable: [] };
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
