export { testIdentityProvider, type TestIdentityProvider } from './identity-provider.js';
export { saidBy } from './said-by.js';
