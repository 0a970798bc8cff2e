import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { MAX_VALIDITY_MS, ucnText } from '@cpm/domain-sms-interworking-gateway';
import { parse, RequireScope } from '@cpm/http';
import { CLOCK, policyOf, type PolicySource } from '@cpm/runtime-host';
import type { Clock } from '@cpm/runtime-ports';
import { LINK_TOKEN_LENGTH, linkUrl, planSms } from '@cpm/sms-text';
import { cpmAddress, messageId, ucnTexts, type Policy } from '@cpm/vocabulary';
import { z } from 'zod';
import { GATEWAY_CONFIG, type GatewayConfig } from './gateway-config.js';

/** `texts` are tried instead of the policy in force; everything else stands for a message, with an example where it is left out. */
const preview = z.strictObject({
  texts: ucnTexts.optional(),
  language: z.string().max(35).optional(),
  messageId: messageId.default('example'),
  sender: cpmAddress.prefault('tel:+4915110000001'),
  recipient: cpmAddress.prefault('tel:+4915110000002'),
  contentType: z.string().min(1).max(128).default('image/jpeg'),
  size: z.number().int().min(0).max(10 * 2 ** 30).default(50_000),
  expiresAt: z.iso.datetime({ offset: true }).optional(),
});

interface PreviewedText {
  readonly text: string;
  readonly encoding: 'gsm7' | 'ucs2';
  readonly segments: number;
}

/** What the policy in force sends, and what it would be either way. */
interface UcnPreview extends PreviewedText {
  readonly withUrl: PreviewedText;
  readonly withoutUrl: PreviewedText;
}

/** Where no public address is configured. */
const EXAMPLE_HOST = 'https://example.org';

/** Shows an operator what a notification will say and cost before it is sent. */
@Controller('/admin/v1/policy/ucn-preview')
@RequireScope('operator')
export class UcnPreviewController {
  constructor(
    @Inject(policyOf('sms-interworking-gateway')) private readonly policy: PolicySource,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(GATEWAY_CONFIG) private readonly config: Pick<GatewayConfig, 'PUBLIC_URL'>,
  ) {}

  @Post()
  @HttpCode(200)
  show(@Body() body: unknown): UcnPreview {
    const { texts, language, expiresAt, ...subject } = parse(preview, body ?? {});
    const expiry = expiresAt === undefined ? this.clock.now() + MAX_VALIDITY_MS : Date.parse(expiresAt);
    const policy = this.policy.current();
    const about = { ...subject, expiresAt: expiry, ...(language !== undefined && { language }) };
    const shown = (url: string) => plannedText(ucnText(about, { 'ucn.text': texts ?? policy['ucn.text'] }, url), policy['sms.nationalLanguages']);
    const [withUrl, withoutUrl] = [shown(linkUrl(this.config.PUBLIC_URL ?? EXAMPLE_HOST, 'x'.repeat(LINK_TOKEN_LENGTH))), shown('')];
    return { ...(policy['ucn.includeUrl'] && this.config.PUBLIC_URL !== undefined ? withUrl : withoutUrl), withUrl, withoutUrl };
  }
}

function plannedText(text: string, nationalLanguages: Policy['sms.nationalLanguages']): PreviewedText {
  const { encoding, segments } = planSms(text, nationalLanguages);
  return { text, encoding, segments: segments.length };
}
