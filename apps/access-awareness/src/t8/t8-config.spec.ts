import { ConfigError } from '@cpm/runtime-host';
import { t8Settings } from './t8-config.js';

const whole = { T8_API_ROOT: 'https://nef.example/exposure/', T8_SCS_AS_ID: 'as-1', T8_NOTIFICATION_URL: 'https://cpm.example/network/v1/t8/notifications', T8_CALLBACK_SECRET: 'x'.repeat(32) };

it('asks no network without an API root, whatever else is set', () => {
  expect(t8Settings({ ...whole, T8_API_ROOT: '' })).toBeUndefined();
});

it('reads where and how subscriptions are kept', () => {
  expect(t8Settings({ ...whole, T8_TOKEN_URL: 'https://idp.example/token', T8_CLIENT_ID: 'cpm', T8_CLIENT_SECRET: 's', T8_EXPIRE_SEC: '3600' })).toMatchObject({
    subscriptionsUrl: 'https://nef.example/exposure/3gpp-monitoring-event/v1/as-1/subscriptions', expireMs: 3_600_000,
    authorization: { tokenUrl: 'https://idp.example/token', clientId: 'cpm', clientSecret: 's' },
  });
  expect(t8Settings(whole)?.authorization).toBeUndefined();
});

it.each([
  ['T8_SCS_AS_ID', { T8_SCS_AS_ID: undefined }],
  ['T8_SCS_AS_ID', { T8_SCS_AS_ID: 'a/b' }],
  ['T8_NOTIFICATION_URL', { T8_NOTIFICATION_URL: undefined }],
  ['T8_NOTIFICATION_URL', { T8_NOTIFICATION_URL: 'ftp://x' }],
  ['T8_CALLBACK_SECRET', { T8_CALLBACK_SECRET: 'short' }],
  ['T8_CLIENT_SECRET', { T8_TOKEN_URL: 'https://idp.example/token', T8_CLIENT_ID: 'cpm' }],
  ['T8_TOKEN', { T8_TOKEN: 't', T8_TOKEN_URL: 'https://idp.example/token' }],
  ['T8_EXPIRE_SEC', { T8_EXPIRE_SEC: '1' }],
])('names %s when it is missing or wrong: %j', (name, change) => {
  expect(() => t8Settings({ ...whole, ...change })).toThrow(ConfigError);
  expect(() => t8Settings({ ...whole, ...change })).toThrow(`${name}: `);
});
