// Rules for every source file. What a project may import follows from the tags in its package.json (tools/workspace/boundaries.mjs).
import { createProjectGraphAsync } from '@nx/devkit';
import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';
import { boundaries } from './tools/workspace/boundaries.mjs';

// The boundary rule reads the cached project graph and is silently off without one.
process.env.NX_DAEMON = 'false';
await createProjectGraphAsync({ exitOnError: false });

const TESTS = ['**/*.spec.ts', '**/*.fixture.ts', '**/*.contract.ts', '**/*-under-test.ts', '**/src/testing/**/*.ts', 'libs/testing/**/*.ts'];
const NAMED_BY_OTHERS = ['*.config.mjs', '**/*.d.ts'];

const noDefaultExport = { selector: 'ExportDefaultDeclaration', message: 'Export by name.' };
const fewParameters = {
  // Nest counts differently: constructors, factories and decorated handlers name what they are given.
  selector: [
    ':function[params.length>4]',
    ':not(MethodDefinition[kind="constructor"] > FunctionExpression)',
    ':not(MethodDefinition:has(> Decorator) > FunctionExpression)',
    ':not(Property[key.name="useFactory"] > *)',
  ].join(''),
  message: 'More than four parameters: take an object.',
};
const noBuiltIns = { patterns: [{ group: ['node:*'], message: 'Pure code takes what it needs as arguments.' }] };
const pure = [
  { selector: ':function[async=true]', message: 'A decision is synchronous: a wait is an event with a due time.' },
  { selector: 'NewExpression[callee.name="Promise"]', message: 'A decision is synchronous: a wait is an event with a due time.' },
  { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: 'Time comes in with the command.' },
];

export default tseslint.config(
  { ignores: ['**/dist/', '**/node_modules/', 'coverage/', 'tools/workspace/boundaries-sample/'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    plugins: { '@nx': nx },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@nx/enforce-module-boundaries': ['error', boundaries({ inTests: false })],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', destructuredArrayIgnorePattern: '^_', ignoreRestSiblings: true }],
      eqeqeq: 'error',
      'max-lines': ['error', 250],
      'max-lines-per-function': ['error', 50],
      'no-restricted-syntax': ['error', noDefaultExport, fewParameters],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true, ignoreVoidOperator: true, ignoreVoidReturningFunctions: true }],
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // An in-memory twin answers with a promise although it waits for nothing.
      '@typescript-eslint/require-await': 'off',
      // Aggregates are tables of functions without `this`, taken apart on purpose.
      '@typescript-eslint/unbound-method': 'off',
      // It takes assertions to branded types for unnecessary, and without them the build fails.
      '@typescript-eslint/no-unnecessary-type-assertion': 'off',
      // It does not see that a field changes while another function runs.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      // Nest and Fastify take plain objects where they name classes.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
    },
  },
  {
    files: ['libs/domain/**/*.ts', 'tools/workspace/boundaries-sample/**/*.ts'],
    ignores: TESTS,
    rules: {
      'no-restricted-imports': ['error', noBuiltIns],
      'no-restricted-globals': ['error', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'process', 'performance', 'crypto', 'fetch'],
      'no-restricted-properties': ['error',
        { object: 'Date', property: 'now', message: 'Time comes in with the command.' },
        { object: 'Math', property: 'random', message: 'Ids come in with the command.' },
      ],
      'no-restricted-syntax': ['error', noDefaultExport, fewParameters, ...pure],
    },
  },
  {
    files: ['libs/runtime/{decider,ports,engine}/**/*.ts', 'libs/{cpm,sms-text,asyncapi,client}/**/*.ts', 'libs/contracts/**/*.ts'],
    ignores: TESTS,
    rules: { 'no-restricted-imports': ['error', noBuiltIns] },
  },
  {
    files: TESTS,
    rules: {
      '@nx/enforce-module-boundaries': ['error', boundaries({ inTests: true })],
      'max-lines': 'off',
      'max-lines-per-function': 'off',
      'no-restricted-syntax': ['error', noDefaultExport],
      // Matchers of jest and payloads looked into by a test are `any`.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/no-misused-spread': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-invalid-void-type': 'off',
      // A condition that never came true is told by its source.
      '@typescript-eslint/restrict-template-expressions': 'off',
    },
  },
  {
    files: ['**/*.mjs'],
    rules: { eqeqeq: 'error', 'no-unused-vars': 'error', 'prefer-const': 'error', 'no-restricted-syntax': ['error', noDefaultExport] },
  },
  { files: NAMED_BY_OTHERS, rules: { 'no-restricted-syntax': 'off' } },
);
