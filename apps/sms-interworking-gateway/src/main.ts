import { runApp } from '@cpm/runtime-host';
import { SmsInterworkingGatewayModule } from './sms-interworking-gateway.module.js';

await runApp([SmsInterworkingGatewayModule]);
