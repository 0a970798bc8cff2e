export { SmsInterworkingGatewayModule } from './sms-interworking-gateway.module.js';
