import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { MAX_VALIDITY_MS, ucnText } from '@cpm/domain-sms-interworking-gateway';
import { parse, RequireScope } from '@cpm/http';
import { CLOCK, policyOf, type PolicySource } from '@cpm/runtime-host';
import type { Clock } from '@cpm/runtime-ports';
import { planSms } from '@cpm/sms-text';
import { cpmAddress, ucnTexts } from '@cpm/vocabulary';
import { z } from 'zod';

/** `texts` are tried instead of the policy in force; everything else stands for a message, with an example where it is left out. */
const preview = z.strictObject({
  texts: ucnTexts.optional(),
  language: z.string().max(35).optional(),
  sender: cpmAddress.prefault('tel:+4915110000001'),
  contentType: z.string().min(1).max(128).default('image/jpeg'),
  size: z.number().int().min(0).max(10 * 2 ** 30).default(50_000),
  expiresAt: z.iso.datetime({ offset: true }).optional(),
});

interface UcnPreview {
  readonly text: string;
  readonly encoding: 'gsm7' | 'ucs2';
  readonly segments: number;
}

/** Shows an operator what a notification will say and cost before it is sent. */
@Controller('/admin/v1/policy/ucn-preview')
@RequireScope('operator')
export class UcnPreviewController {
  constructor(
    @Inject(policyOf('sms-interworking-gateway')) private readonly policy: PolicySource,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Post()
  @HttpCode(200)
  show(@Body() body: unknown): UcnPreview {
    const { texts, language, expiresAt, ...subject } = parse(preview, body ?? {});
    const expiry = expiresAt === undefined ? this.clock.now() + MAX_VALIDITY_MS : Date.parse(expiresAt);
    const text = ucnText({ ...subject, expiresAt: expiry, ...(language !== undefined && { language }) }, texts === undefined ? this.policy.current() : { 'ucn.text': texts });
    const { encoding, segments } = planSms(text);
    return { text, encoding, segments: segments.length };
  }
}
