import { Module } from '@nestjs/common';
import { routing } from '@cpm/domain-routing';
import { MONGO, PLATFORM, ServiceHost, type Platform } from '@cpm/runtime-host';
import type { Connection } from 'mongoose';
import { JourneyController } from './journey.controller.js';
import { Journeys } from './journeys.js';

@Module({
  imports: [ServiceHost.for(routing)],
  controllers: [JourneyController],
  providers: [
    {
      provide: Journeys,
      inject: [MONGO, PLATFORM],
      useFactory: (connection: Connection, platform: Platform) => new Journeys(connection, platform.readStore('device-registry')),
    },
  ],
})
export class RoutingModule {}
