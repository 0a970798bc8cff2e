/** Specs run from the TypeScript sources: packages resolve through the `@cpm/source` export condition. */
export default {
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['@cpm/source', 'node', 'import', 'default'] },
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': ['@swc/jest', {
      jsc: { parser: { syntax: 'typescript', decorators: true }, transform: { legacyDecorator: true, decoratorMetadata: true }, target: 'es2023' },
      module: { type: 'es6' },
    }],
  },
  testMatch: ['**/src/**/*.spec.ts', '**/test/**/*.spec.ts'],
  // Broker, database and services take turns with the specs: a worker per core, where jest alone would leave one idle.
  maxWorkers: '100%',
  // A limit for what hangs, not a measure of speed: that is the bench's.
  testTimeout: 120_000,
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '<rootDir>/.cpm/'],
  // The layers of images there hold every package again.
  modulePathIgnorePatterns: ['<rootDir>/.cpm/'],
};
