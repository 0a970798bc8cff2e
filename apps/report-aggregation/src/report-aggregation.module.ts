import { Module } from '@nestjs/common';
import { reportAggregation } from '@cpm/domain-report-aggregation';
import { ServiceHost } from '@cpm/runtime-host';

@Module({ imports: [ServiceHost.for(reportAggregation)] })
export class ReportAggregationModule {}
