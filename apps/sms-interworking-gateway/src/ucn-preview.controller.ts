import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { MAX_VALIDITY_MS, MOST_COVERED, summaryTemplate, summaryText, ucnTemplate, ucnText } from '@cpm/domain-sms-interworking-gateway';
import { Describe, parse, RequireScope } from '@cpm/http';
import { CLOCK, policyOf, type PolicySource } from '@cpm/runtime-host';
import type { Clock } from '@cpm/runtime-ports';
import { judgeSmsText, LINK_TOKEN_LENGTH, linkUrl, warningsOfUcnSummaryTemplate, warningsOfUcnTemplate } from '@cpm/sms-text';
import { cpmAddress, messageId, ucnSummaryTexts, ucnTexts, type Policy } from '@cpm/vocabulary';
import { z } from 'zod';
import { GATEWAY_CONFIG, type GatewayConfig } from './gateway-config.js';

/** `texts` and `summaryTexts` are tried instead of the policy in force; `count` is of the messages in a summary; everything else stands for a message, with an example where it is left out. */
const preview = z.strictObject({
  texts: ucnTexts.optional(),
  summaryTexts: ucnSummaryTexts.optional(),
  language: z.string().max(35).optional(),
  messageId: messageId.default('example'),
  sender: cpmAddress.prefault('tel:+4915110000001'),
  recipient: cpmAddress.prefault('tel:+4915110000002'),
  contentType: z.string().min(1).max(128).default('image/jpeg'),
  size: z.number().int().min(0).max(10 * 2 ** 30).default(50_000),
  count: z.number().int().min(2).max(MOST_COVERED).default(9),
  expiresAt: z.iso.datetime({ offset: true }).optional(),
});

const previewedText = z.object({ text: z.string(), encoding: z.enum(['gsm7', 'ucs2']), segments: z.int().min(0).describe('0: it cannot be sent') });
type PreviewedText = z.output<typeof previewedText>;

/** `warnings`: what the text costs more than it need, whatever its placeholders stand for. */
const judgedText = previewedText.extend({ warnings: z.array(z.string()).readonly() });

/** What the policy in force sends, what it would be either way, and what tells of several messages that came within a window. */
const ucnPreview = judgedText.extend({ withUrl: previewedText, withoutUrl: previewedText, summary: judgedText }).meta({ id: 'UcnPreview' });
type UcnPreview = z.output<typeof ucnPreview>;

const EXAMPLE_SUMMARY = 'summary|example';

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
  @Describe({ summary: 'What a notification would say and cost', body: preview.optional(), answers: { 200: ucnPreview } })
  show(@Body() body: unknown): UcnPreview {
    const { texts, summaryTexts, language, count, expiresAt, ...subject } = parse(preview, body === undefined ? {} : body);
    const expiry = expiresAt === undefined ? this.clock.now() + MAX_VALIDITY_MS : Date.parse(expiresAt);
    const inForce = this.policy.current();
    const policy: Policy = { ...inForce, 'ucn.text': texts ?? inForce['ucn.text'], 'ucn.summaryText': summaryTexts ?? inForce['ucn.summaryText'] };
    const about = { ...subject, expiresAt: expiry, ...(language !== undefined && { language }) };
    const shown = (url: string) => plannedText(ucnText(about, policy, url), policy['sms.nationalLanguages']);
    const link = policy['ucn.includeUrl'] && this.config.PUBLIC_URL !== undefined;
    const covered = Array.from({ length: count }, () => about);
    const [withUrl, withoutUrl] = [shown(linkUrl(this.config.PUBLIC_URL ?? EXAMPLE_HOST, 'x'.repeat(LINK_TOKEN_LENGTH))), shown('')];
    return {
      ...(link ? withUrl : withoutUrl), warnings: warningsOfUcnTemplate(ucnTemplate(language, policy), { link }), withUrl, withoutUrl,
      summary: { ...plannedText(summaryText({ summaryId: EXAMPLE_SUMMARY, recipient: subject.recipient, covered }, policy), policy['sms.nationalLanguages']), warnings: warningsOfUcnSummaryTemplate(summaryTemplate(language, policy)) },
    };
  }
}

function plannedText(text: string, nationalLanguages: Policy['sms.nationalLanguages']): PreviewedText {
  const verdict = judgeSmsText(text, nationalLanguages);
  return verdict.accepted ? { text, encoding: verdict.plan.encoding, segments: verdict.plan.segments.length } : { text, encoding: 'gsm7', segments: 0 };
}
