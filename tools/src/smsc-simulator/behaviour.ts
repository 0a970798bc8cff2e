import { z } from 'zod';

/** How the simulator meets submissions. Everything has a default, and the defaults are a healthy SMSC. */
export const smscBehaviour = z.strictObject({
  /**
   * `no-response` accepts the message and never says so, the case in which a client cannot know;
   * `disconnect` accepts nothing and closes the connection.
   */
  answer: z.enum(['accept', 'throttle', 'refuse', 'no-response', 'disconnect']).default('accept'),
  /** command_status of `refuse`; 11 is "invalid destination address". */
  refuseStatus: z.number().int().min(1).max(0xffff).default(0x0b),
  /** Accepts and keeps, as for a handset that is away: neither shown nor reported, until it is taken back by cancel_sm. */
  held: z.boolean().default(false),
  /** Final state that the receipt tells, and that `messages` shows. */
  outcome: z.enum(['DELIVERED', 'UNDELIVERABLE', 'EXPIRED', 'REJECTED', 'DELETED']).default('DELIVERED'),
  /** GSM code that the receipt of a failure gives in its network_error_code TLV: a MAP error, 6 is absentSubscriberSM. */
  networkError: z.number().int().min(0).max(0xffff).optional(),
  receiptOrder: z.enum(['after-response', 'before-response']).default('after-response'),
  /** 2 sends each receipt twice, 0 never sends one. */
  receiptCopies: z.number().int().min(0).max(5).default(1),
  receiptForm: z.enum(['text', 'tlv', 'text-and-tlv']).default('text-and-tlv'),
  /** `hex-in-response` names a message in hexadecimal in the response and in decimal in its receipt, as some SMSCs do. */
  idForm: z.enum(['same', 'hex-in-response']).default('same'),
});
export type SmscBehaviour = Readonly<z.output<typeof smscBehaviour>>;

/** A behaviour with the submissions it is for. */
export const smscBehaviourRule = smscBehaviour.extend({
  /** E.164 number of the recipient; every recipient when absent. */
  to: z.string().min(1).max(20).optional(),
  /** The rule ends after this many submissions; it stays when absent. */
  submissions: z.number().int().min(1).optional(),
});
export type SmscBehaviourRule = Readonly<z.input<typeof smscBehaviourRule>>;

type Rule = z.output<typeof smscBehaviourRule> & { left: number };

/** The rules in force: the newest one that fits a submission decides it. */
export class BehaviourRules {
  #rules: Rule[] = [];

  /** A rule takes the place of earlier ones for the same recipient. Throws ZodError. */
  add(rule: SmscBehaviourRule): void {
    const parsed = smscBehaviourRule.parse(rule);
    const earlier = this.#rules.filter((existing) => comparable(existing.to) !== comparable(parsed.to));
    this.#rules = [{ ...parsed, left: parsed.submissions ?? Infinity }, ...earlier];
  }

  /** The behaviour towards one submission, which counts against the rule's number. */
  take(to: string): SmscBehaviour {
    const rule = this.#rules.find((candidate) => candidate.left > 0 && fits(candidate, to));
    if (!rule) return smscBehaviour.parse({});
    rule.left -= 1;
    return rule;
  }
}

function fits(rule: Rule, to: string): boolean {
  return rule.to === undefined || comparable(rule.to) === comparable(to);
}

/** Numbers compare without `tel:`, plus sign and the blank that a form-encoded plus sign becomes. */
export function comparable(number: string | undefined): string | undefined {
  return number?.replace(/^tel:/i, '').replace(/^[+ ]/, '');
}
