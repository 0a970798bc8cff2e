export { ReportAggregationModule } from './report-aggregation.module.js';
