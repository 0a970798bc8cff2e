export { gatewayConfig } from './gateway-config.js';
export { SmsInterworkingGatewayModule } from './sms-interworking-gateway.module.js';
export { smscsConfig } from './smsc-settings.js';
