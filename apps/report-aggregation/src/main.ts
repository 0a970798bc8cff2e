import { runApp } from '@cpm/runtime-host';
import { ReportAggregationModule } from './report-aggregation.module.js';

await runApp([ReportAggregationModule]);
