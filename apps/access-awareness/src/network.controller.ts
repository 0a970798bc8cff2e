import { Body, Controller, Headers, HttpCode, Inject, Logger, Post } from '@nestjs/common';
import { imsRegistration, reginfo, t8Notification } from '@cpm/contracts-access-awareness';
import { imsRegistrationEvidence, reginfoEvidence, t8Evidence } from '@cpm/domain-access-awareness';
import { BodyAs, CreatesWork, Describe, parse, RequireScope } from '@cpm/http';
import { CLOCK } from '@cpm/runtime-host';
import type { Clock } from '@cpm/runtime-ports';
import { mediaType } from '@cpm/vocabulary';
import { z } from 'zod';
import { EvidenceIntake } from './evidence-intake.js';
import { reginfoDocument } from './reginfo-document.js';

const REGINFO = 'application/reginfo+xml';
/** 64 registrations of 64 contacts each do not fill it. */
const REGISTRATION_LIMIT_BYTES = 2 ** 20;

/** What networks report of a subscriber's access. 204: the evidence is in the log. */
@Controller('/network/v1')
@RequireScope('network')
export class NetworkController {
  private readonly logger = new Logger('access-awareness');

  constructor(
    @Inject(EvidenceIntake) private readonly evidence: EvidenceIntake,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @CreatesWork()
  @Post('/t8/notifications')
  @HttpCode(204)
  @Describe({ summary: 'A MonitoringNotification of a SCEF or NEF (TS 29.122)', body: t8Notification, answers: { 204: null }, problems: [404] })
  async t8(@Body() body: unknown): Promise<void> {
    const { isCancelled, ...evidence } = t8Evidence(parse(t8Notification, body), { received: this.clock.now() });
    if (isCancelled) this.logger.warn('the network has cancelled a T8 subscription');
    await this.evidence.take(evidence);
  }

  /** JSON names the contacts that changed; a `reginfo` document (RFC 3680) may name all there are. */
  @CreatesWork()
  @Post('/ims/registrations')
  @BodyAs({ as: 'text', types: [REGINFO], limitBytes: REGISTRATION_LIMIT_BYTES })
  @HttpCode(204)
  @Describe({ summary: 'Registrations as the IMS core sees them: as JSON, or as a reginfo document (RFC 3680)', body: [imsRegistration, { types: [REGINFO], schema: z.string() }], answers: { 204: null }, problems: [404] })
  async registrations(@Body() body: unknown, @Headers('content-type') contentType = ''): Promise<void> {
    const received = this.clock.now();
    await this.evidence.take(typeof body === 'string' && mediaType(contentType) === REGINFO
      ? reginfoEvidence(parse(reginfo, reginfoDocument(body)), received)
      : { observed: imsRegistrationEvidence(parse(imsRegistration, body), received), restated: [], ignored: [] });
  }
}
