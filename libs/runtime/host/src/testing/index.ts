export { entranceForTests } from './entrance.js';
export { testIdentityProvider, type TestIdentityProvider } from './identity-provider.js';
export { tell } from './tell.js';
