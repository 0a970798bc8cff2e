export { NATIONAL_LANGUAGES, type NationalLanguage, type NationalShift } from './national-language.js';
export * from './sms-plan.js';
export * from './short-message.js';
export * from './ucn-template.js';
export type { Concatenation } from './user-data-header.js';
