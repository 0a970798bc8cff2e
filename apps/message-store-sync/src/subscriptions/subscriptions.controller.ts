import { createHash, randomUUID } from 'node:crypto';
import { Body, Delete, Get, HttpCode, Inject, Param, Post, Res } from '@nestjs/common';
import { SubscribeToBox, UnsubscribeFromBox } from '@cpm/contracts-message-store-sync';
import { isLive, viewBegins, type Box, type NmsEventList, type RestartToken, type Subscription } from '@cpm/domain-message-store-sync';
import { Describe, parse, ProblemError, type DevicePrincipal } from '@cpm/http';
import { CLOCK } from '@cpm/runtime-host';
import type { Clock } from '@cpm/runtime-ports';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { BoxCommands } from '../box-commands.js';
import { Boxes } from '../boxes.js';
import { InBox, NmsResource, type BoxDevice } from '../nms-resource.js';
import { nmsEventList } from '../nms-schemas.js';
import { BoxChanges } from './box-changes.js';
import { subscriptionCreation, subscriptionPath, subscriptionUpdate } from './subscription-requests.js';
import { nmsSubscription, nmsSubscriptionAnswer, type NmsSubscription } from './subscription-view.js';

const subscriptionAnswer = z.object({ nmsSubscription: nmsSubscriptionAnswer });
type SubscriptionAnswer = z.output<typeof subscriptionAnswer>;
const updateAnswer = subscriptionAnswer.extend({ notificationList: z.array(z.object({ nmsEventList })).exactOptional() });
/** The list itself is of the domain. */
type UpdateAnswer = SubscriptionAnswer & { readonly notificationList?: readonly { readonly nmsEventList: NmsEventList }[] };
const LOCATION = { Location: 'URL of the subscription' };
type Wish = Pick<SubscribeToBox, 'durationSec' | 'clientCorrelator' | 'notifyUrl' | 'callbackData' | 'place'>;

/** Of its duration a subscription may have used this part before a pull prolongs it: most pulls only read. */
const UNRENEWED_PART = 0.1;

/** How a device hears of changes of its user's box; it sees its own subscriptions. */
@NmsResource('subscriptions')
export class SubscriptionsController {
  constructor(
    @Inject(BoxCommands) private readonly commands: BoxCommands,
    @Inject(BoxChanges) private readonly changes: BoxChanges,
    @Inject(Boxes) private readonly boxes: Boxes,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Post()
  @Describe({ summary: 'Subscribes to changes of the box', body: subscriptionCreation, answers: { 200: subscriptionAnswer, 201: subscriptionAnswer }, answerHeaders: { 200: LOCATION, 201: LOCATION }, problems: [409] })
  async create(@InBox() caller: BoxDevice, @Body() body: unknown, @Res({ passthrough: true }) reply: FastifyReply): Promise<SubscriptionAnswer> {
    const { nmsSubscription: { callbackReference: { notifyURL, callbackData }, duration, clientCorrelator, restartToken } } = parse(subscriptionCreation, body);
    const box = await this.boxes.of(caller.user);
    const id = clientCorrelator === undefined ? `s-${randomUUID()}` : `s-${createHash('sha256').update(`${caller.device}|${clientCorrelator}`).digest('hex').slice(0, 24)}`;
    const known = this.own(box, caller).find((one) => one.id === id);
    if (known && (known.notifyUrl !== notifyURL || known.callbackData !== callbackData)) {
      throw new ProblemError(409, 'correlator-reused', 'the clientCorrelator was used for another subscription', { errors: [{ path: 'nmsSubscription.clientCorrelator', message: 'was used for another subscription' }] });
    }
    const place = restartToken === undefined ? undefined : await this.changes.placeOf(restartToken, caller);
    const made = known && place === undefined && duration === undefined
      ? known
      : await this.subscribe(caller, id, false, { ...(duration !== undefined && { durationSec: duration }), ...(clientCorrelator !== undefined && { clientCorrelator }), ...(notifyURL !== undefined && { notifyUrl: notifyURL }), ...(callbackData !== undefined && { callbackData }), ...(place && { place }) });
    const shown = this.show(made, placeOf(made), caller, box);
    reply.status(known ? 200 : 201).header('location', shown.resourceURL);
    return { nmsSubscription: shown };
  }

  /** With a token a subscriber goes on from there: by callback, or, when it asks for itself, in this answer. */
  @Post(':subscriptionId')
  @HttpCode(200)
  @Describe({ summary: 'Prolongs a subscription, or goes on from a place', path: subscriptionPath, body: subscriptionUpdate, answers: { 200: updateAnswer }, problems: [404] })
  async update(@InBox() caller: BoxDevice, @Param() params: unknown, @Body() body: unknown): Promise<UpdateAnswer> {
    const { nmsSubscriptionUpdate: { duration, restartToken } } = parse(subscriptionUpdate, body);
    const box = await this.boxes.of(caller.user);
    const known = this.ownOf(box, caller, params);
    if (known.notifyUrl === undefined && restartToken !== undefined) {
      const renewed = await this.prolong(caller, known, duration);
      const { place, list } = await this.changes.since(restartToken, renewed, caller);
      return { nmsSubscription: this.show(renewed, place, caller, box), ...(list && { notificationList: [{ nmsEventList: list }] }) };
    }
    const place = restartToken === undefined ? undefined : await this.changes.placeOf(restartToken, caller);
    const renewed = await this.subscribe(caller, known.id, true, { ...(duration !== undefined && { durationSec: duration }), ...(place && { place }) });
    return { nmsSubscription: this.show(renewed, placeOf(renewed), caller, box) };
  }

  @Get()
  @Describe({ summary: 'The subscriptions of the device', answers: { 200: z.object({ nmsSubscriptionList: z.object({ nmsSubscription: z.array(nmsSubscriptionAnswer).readonly() }) }) } })
  async all(@InBox() caller: BoxDevice): Promise<{ nmsSubscriptionList: { nmsSubscription: readonly NmsSubscription[] } }> {
    const box = await this.boxes.of(caller.user);
    return { nmsSubscriptionList: { nmsSubscription: this.own(box, caller).map((one) => this.show(one, placeOf(one), caller, box)) } };
  }

  @Get(':subscriptionId')
  @Describe({ summary: 'A subscription of the device', path: subscriptionPath, answers: { 200: subscriptionAnswer }, problems: [404] })
  async get(@InBox() caller: BoxDevice, @Param() params: unknown): Promise<SubscriptionAnswer> {
    const box = await this.boxes.of(caller.user);
    const known = this.ownOf(box, caller, params);
    return { nmsSubscription: this.show(known, placeOf(known), caller, box) };
  }

  @Delete(':subscriptionId')
  @HttpCode(204)
  @Describe({ summary: 'Ends a subscription', path: subscriptionPath, answers: { 204: null }, problems: [404] })
  async remove(@InBox() caller: BoxDevice, @Param() params: unknown): Promise<void> {
    const { id } = this.ownOf(await this.boxes.of(caller.user), caller, params);
    await this.commands.tell(UnsubscribeFromBox, { user: caller.user, subscriptionId: id });
  }

  private own({ subscriptions }: Box, { device }: DevicePrincipal): readonly Subscription[] {
    const now = this.clock.now();
    return subscriptions.filter((one) => one.device === device && isLive(one, now));
  }

  private ownOf(box: Box, caller: DevicePrincipal, params: unknown): Subscription {
    const { subscriptionId } = parse(subscriptionPath, params);
    const found = this.own(box, caller).find(({ id }) => id === subscriptionId);
    if (!found) throw new ProblemError(404, 'unknown-subscription', 'there is no such subscription');
    return found;
  }

  private async prolong(caller: DevicePrincipal, known: Subscription, duration: number | undefined): Promise<Subscription> {
    if (duration === undefined) return known;
    const used = this.clock.now() + duration * 1_000 - known.expiresAt;
    const isFresh = known.durationSec === duration && used <= duration * 1_000 * UNRENEWED_PART;
    return isFresh ? known : this.subscribe(caller, known.id, true, { durationSec: duration });
  }

  private async subscribe({ user, device }: DevicePrincipal, subscriptionId: string, renewal: boolean, wish: Wish): Promise<Subscription> {
    const { subscription } = await this.commands.tell(SubscribeToBox, { user, device, subscriptionId, renewal, ...wish });
    if (!subscription) throw new Error('a subscription was made and not told');
    return subscription;
  }

  private show(one: Subscription, place: RestartToken, caller: BoxDevice, box: Box): NmsSubscription {
    return nmsSubscription(one, place, caller, viewBegins(caller.device, box.syncRules, this.clock.now()));
  }
}

function placeOf({ place, rules }: Subscription): RestartToken {
  return { ...place, rules };
}
