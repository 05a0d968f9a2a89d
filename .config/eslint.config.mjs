import tseslint from 'typescript-eslint';

const MAX_LINES = 400;
const MAX_COMPLEXITY = 20;

export default tseslint.config(
  { ignores: ['.config/tsconfig/', 'dist/', 'coverage/', '.cache/', 'node_modules/'] },
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: process.cwd() } },
    linterOptions: { reportUnusedDisableDirectives: 'error', reportUnusedInlineConfigs: 'error' },
    rules: {
      '@typescript-eslint/ban-ts-comment': 'error',
      '@typescript-eslint/consistent-type-assertions': ['error', { assertionStyle: 'never' }],
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/no-empty-function': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'all' },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: true },
      ],
      complexity: ['error', { max: MAX_COMPLEXITY, variant: 'modified' }],
      eqeqeq: 'error',
      'max-lines': ['error', { max: MAX_LINES, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
      'no-control-regex': 'error',
      'no-else-return': 'error',
      'no-eval': 'error',
      'no-param-reassign': 'error',
      'no-warning-comments': 'error',
      'object-shorthand': 'error',
      'prefer-template': 'error',
    },
  },
  {
    files: [
      'agent/cli/**/*.ts',
      'test/run.ts',
      'test/runner/**/*.ts',
      'test/bench/**/*.ts',
      'test/demo/**/*.ts',
      'test/scenarios/main.ts',
      'test/editor/screenshots.ts',
    ],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['agent/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector:
            "ImportDeclaration[source.value='zod'] > :matches(ImportSpecifier[imported.name='z'], ImportDefaultSpecifier)",
          message: "Write import * as z from 'zod': the named form bundles every locale (12 MiB of memory).",
        },
        {
          selector: "ImportDeclaration[source.value='node:http'][importKind='value']",
          message: 'Importing node:http from a module evaluates its getters and with them undici (8 MiB of memory).',
        },
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // test() and its kin hand back promises that the runner awaits.
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            {
              from: 'package',
              name: ['test', 'it', 'describe', 'suite', 'before', 'after', 'beforeEach', 'afterEach'],
              package: 'node:test',
            },
          ],
        },
      ],
      // assert.equal(found?.x, 1) narrows found, and every further found?.y would be unnecessary.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    files: ['**/*.mjs', '**/*.cjs'],
    rules: { eqeqeq: 'error', 'no-unused-vars': 'error', 'no-warning-comments': 'error', 'prefer-const': 'error' },
  },
);
