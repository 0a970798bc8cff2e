import { Body, Controller, HttpCode, Inject, Logger, Post } from '@nestjs/common';
import { camaraEvent } from '@cpm/contracts-access-awareness';
import { camaraEvidence } from '@cpm/domain-access-awareness';
import { CreatesWork, Describe, parse, RequireScope } from '@cpm/http';
import { CLOCK } from '@cpm/runtime-host';
import type { Clock } from '@cpm/runtime-ports';
import { EvidenceIntake } from './evidence-intake.js';

/** The sink of CAMARA subscriptions: CloudEvents in the structured JSON mode. 204: the evidence is in the log. */
@Controller('/network/v1/camara')
@RequireScope('network')
export class CamaraController {
  private readonly logger = new Logger('access-awareness');

  constructor(@Inject(EvidenceIntake) private readonly evidence: EvidenceIntake, @Inject(CLOCK) private readonly clock: Clock) {}

  @CreatesWork()
  @Post('/events')
  @HttpCode(204)
  @Describe({ summary: 'A CloudEvent of CAMARA Device Reachability Status', body: [{ types: ['application/json', 'application/cloudevents+json'], schema: camaraEvent }], answers: { 204: null }, problems: [404] })
  async events(@Body() body: unknown): Promise<void> {
    const event = parse(camaraEvent, body);
    const { hasEnded, ...evidence } = camaraEvidence(event, this.clock.now());
    if (hasEnded) this.logger.warn({ camaraSubscriptionEnded: event.data?.subscriptionId, because: event.data?.terminationReason });
    await this.evidence.take(evidence);
  }
}
