import { builtinModules } from 'node:module';
import tseslint from 'typescript-eslint';

// The event loop of a workflow must be deterministic: a built-in of Node is never that.
const nodeBuiltins = builtinModules.flatMap((name) => [name, `node:${name}`]);

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', 'test/lint/**/*.yml', 'coverage/**'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.base],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unnecessary-type-assertion': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/return-await': ['error', 'in-try-catch'],
      'no-fallthrough': 'error',
      eqeqeq: 'error',
      'prefer-const': 'error',
      'no-restricted-properties': [
        'error',
        {
          object: 'URL',
          property: 'canParse',
          message:
            'Wrong on Node 20 where it is compiled and the text is not ASCII: parseUrl() of src/safety/url.ts.',
        },
      ],
    },
  },
  {
    // Workflow code and what it imports: no clock of the machine, no I/O, no randomness of Node.
    files: ['src/workflows/**/*.ts', 'src/rollout/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: nodeBuiltins.map((name) => ({
            name,
            message: 'Workflow code runs without Node: move this into an activity.',
          })),
        },
      ],
      'no-restricted-globals': ['error', 'process', 'Buffer', 'fetch', 'setImmediate'],
    },
  },
  {
    // One door to the network: the HTTP client. (docs/architecture.md)
    files: ['src/**/*.ts'],
    ignores: ['src/http/**', 'src/simulator/**', 'src/board/**', 'src/dev/**'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: "ImportDeclaration[source.value='undici']",
          message: 'Sockets are opened in src/http only.',
        },
      ],
    },
  },
);
