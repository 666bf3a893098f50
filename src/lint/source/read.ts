import { lstatSync, readFileSync, statSync } from 'node:fs';
import type { Unreadable } from '../finding.ts';
import { sourceFile, type SourceFile } from './file.ts';

/** Bytes; no workflow is a tenth of this, and the parser's time grows with it. */
const LARGEST = 1024 * 1024;

const REASONS: Record<string, string> = {
  ENOENT: 'no such file',
  EACCES: 'no permission to read it',
  EPERM: 'no permission to read it',
  ELOOP: 'symbolic links in a circle',
  EISDIR: 'is a directory',
  ENOTDIR: 'part of its path is not a directory',
};

/**
 * Reads one workflow file as UTF-8. Never throws: what cannot be read says why.
 * @param absolute where it lies; @param path how it is called in findings.
 */
export function readSource(absolute: string, path: string): SourceFile | Unreadable {
  let bytes: Buffer;
  try {
    const stat = statSync(absolute);
    if (!stat.isFile())
      return { file: path, reason: stat.isDirectory() ? 'is a directory' : 'is not a regular file' };
    if (stat.size > LARGEST)
      return {
        file: path,
        reason: `is ${stat.size} bytes; a workflow file of more than ${LARGEST} is not read`,
      };
    bytes = readFileSync(absolute);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    if (code === 'ENOENT' && isLink(absolute))
      return { file: path, reason: 'is a symbolic link to a file that is not there' };
    return { file: path, reason: REASONS[code] ?? `cannot be read (${code})` };
  }
  if (bytes.includes(0)) return { file: path, reason: 'is a binary file (it has a NUL byte)' };
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return { file: path, reason: 'is not UTF-8 text' };
  }
  return text.startsWith('\uFEFF') ? sourceFile(path, text.slice(1), true) : sourceFile(path, text);
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false;
  }
}
