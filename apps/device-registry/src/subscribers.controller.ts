import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Put, Res } from '@nestjs/common';
import { ProvisionSubscriber, RemoveSubscriber } from '@cpm/contracts-device-registry';
import { subscriberView, type SubscriberView } from '@cpm/domain-device-registry';
import { Describe, parse, RequireScope } from '@cpm/http';
import { Audited } from '@cpm/runtime-host';
import { cpmAddress, deviceId, deviceName, type CpmAddress } from '@cpm/vocabulary';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { IdempotencyKey, idempotencyHeader } from './idempotency-key.js';
import { Subscribers } from './subscribers.js';
import { subscriberView as subscriberAnswer } from './view-schemas.js';

const path = z.object({ address: cpmAddress });
const language = z.string().regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'must be a language tag such as en or pt-BR');
const provisioning = z.strictObject({ primaryDevice: z.strictObject({ id: deviceId, name: deviceName.optional() }), language: language.optional() });

/** An operator's subscribers. */
@Controller('/admin/v1/subscribers')
@RequireScope('operator')
export class SubscribersController {
  constructor(@Inject(Subscribers) private readonly subscribers: Subscribers) {}

  @Get('/:address')
  @Describe({ summary: 'A subscriber with the devices of his', path, answers: { 200: subscriberAnswer }, problems: [404] })
  async get(@Param() params: unknown): Promise<SubscriberView | undefined> {
    const user = addressOf(params);
    return subscriberView(user, await this.subscribers.of(user));
  }

  @Put('/:address')
  @Audited('subscriber.provision')
  @Describe({ summary: 'Provisions a subscriber, or says anew which device is the Primary', path, headers: idempotencyHeader, body: provisioning, answers: { 200: subscriberAnswer, 201: subscriberAnswer }, problems: [409] })
  async provision(
    @Param() params: unknown, @Body() body: unknown, @IdempotencyKey() key: string | undefined, @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SubscriberView | undefined> {
    const { created, subscriber } = await this.subscribers.tell(ProvisionSubscriber, { user: addressOf(params), ...parse(provisioning, body) }, key);
    reply.status(created ? 201 : 200);
    return subscriber;
  }

  @Delete('/:address')
  @Audited('subscriber.remove')
  @HttpCode(204)
  @Describe({ summary: 'Ends a subscription', path, headers: idempotencyHeader, answers: { 204: null }, problems: [404, 409] })
  async remove(@Param() params: unknown, @IdempotencyKey() key: string | undefined): Promise<void> {
    await this.subscribers.tell(RemoveSubscriber, { user: addressOf(params) }, key);
  }
}

function addressOf(params: unknown): CpmAddress {
  return parse(path, params).address;
}
