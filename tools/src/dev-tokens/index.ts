export { devKeys, signToken, type DevKeys, type TokenClaims } from './dev-tokens.js';
