export { testIdentityProvider, type TestIdentityProvider } from './identity-provider.js';
