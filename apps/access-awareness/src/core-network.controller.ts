import { Body, Controller, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { namfNotification, nhssEeNotification, nudmEeNotification, reachabilityForSmsConfiguration, ueReachabilityNotification } from '@cpm/contracts-access-awareness';
import { namfEvidence, nhssEeEvidence, nhssImsSdmEvidence, nudmEeEvidence, subscriberOf } from '@cpm/domain-access-awareness';
import { CreatesWork, Describe, parse, RequireScope } from '@cpm/http';
import { CLOCK } from '@cpm/runtime-host';
import type { Clock } from '@cpm/runtime-ports';
import { z } from 'zod';
import { EvidenceIntake } from './evidence-intake.js';

const ofUe = z.object({ ueIdentity: z.string() });
const perhapsOfUe = ofUe.partial();
const nudmQuery = z.object({ reachabilityForSmsCfg: reachabilityForSmsConfiguration.optional() });

/**
 * Callbacks of subscriptions at the UDM and the HSS. The reports of a subscription of one UE do not name it: its identity
 * (`msisdn-…`, `extid-…`, `impu-…`) is in the callback's address. 204: the evidence is in the log.
 */
@Controller('/network/v1')
@RequireScope('network')
export class CoreNetworkController {
  constructor(@Inject(EvidenceIntake) private readonly evidence: EvidenceIntake, @Inject(CLOCK) private readonly clock: Clock) {}

  /** `?reachabilityForSmsCfg=REACHABILITY_FOR_SMS_OVER_IP` belongs into the callback of a subscription that asks for it. */
  @CreatesWork()
  @Post(['/nudm-ee/notifications', '/nudm-ee/notifications/:ueIdentity'])
  @HttpCode(204)
  @Describe({ summary: 'Reports of a subscription at the UDM (TS 29.503), or of the AMF that has it (TS 29.518)', path: perhapsOfUe, query: nudmQuery, body: z.union([nudmEeNotification, namfNotification.required()]), answers: { 204: null }, problems: [404] })
  async nudmEe(@Body() body: unknown, @Query() query: unknown, @Param('ueIdentity') ueIdentity?: string): Promise<void> {
    const smsOverIp = parse(nudmQuery, query).reachabilityForSmsCfg === 'REACHABILITY_FOR_SMS_OVER_IP';
    const subscription = { user: userOf(ueIdentity), smsOverIp };
    await this.evidence.take(isOfAmf(body)
      ? namfEvidence(parse(namfNotification, body), subscription)
      : nudmEeEvidence(parse(nudmEeNotification, body), subscription));
  }

  @CreatesWork()
  @Post(['/nhss-ee/notifications', '/nhss-ee/notifications/:ueIdentity'])
  @HttpCode(204)
  @Describe({ summary: 'Reports of a subscription at the HSS (TS 29.563)', path: perhapsOfUe, body: nhssEeNotification, answers: { 204: null }, problems: [404] })
  async nhssEe(@Body() body: unknown, @Param('ueIdentity') ueIdentity?: string): Promise<void> {
    await this.evidence.take(nhssEeEvidence(parse(nhssEeNotification, body), userOf(ueIdentity)));
  }

  @CreatesWork()
  @Post('/nhss-ims-sdm/notifications/:ueIdentity')
  @HttpCode(204)
  @Describe({ summary: 'That a UE is reachable, as the HSS says to an IMS node (TS 29.562)', path: ofUe, body: ueReachabilityNotification, answers: { 204: null }, problems: [404] })
  async nhssImsSdm(@Body() body: unknown, @Param('ueIdentity') ueIdentity: string): Promise<void> {
    await this.evidence.take(nhssImsSdmEvidence(parse(ueReachabilityNotification, body), { user: userOf(ueIdentity), received: this.clock.now() }));
  }
}

function userOf(ueIdentity: string | undefined) {
  return ueIdentity === undefined ? undefined : subscriberOf(ueIdentity);
}

/** The UDM notifies with an array, an AMF that it has handed the subscription on to with an object (TS 29.518 AmfEventNotification). */
function isOfAmf(body: unknown): boolean {
  return typeof body === 'object' && body !== null && ['reportList', 'notifyCorrelationId', 'eventSubsSyncInfo'].some((name) => name in body);
}
