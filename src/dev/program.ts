import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Path of the built command line: this program itself when it is the built one, else `dist/cli.js` of the tree. */
export function programPath(): string {
  for (const candidate of ['./cli.js', '../../dist/cli.js']) {
    const path = fileURLToPath(new URL(candidate, import.meta.url));
    if (existsSync(path)) return path;
  }
  throw new Error('dist/cli.js is not built: npm run build');
}
