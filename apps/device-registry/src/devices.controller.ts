import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Patch, Put, Res } from '@nestjs/common';
import { RegisterDevice, RemoveDevice, RenameDevice } from '@cpm/contracts-device-registry';
import { deviceList, type DeviceView } from '@cpm/domain-device-registry';
import { CallingDevice, Describe, parse, ProblemError, RequireScope, type DevicePrincipal } from '@cpm/http';
import { autoAnswer, capabilities, deviceId, deviceName, deviceRole, type DeviceId } from '@cpm/vocabulary';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { IdempotencyKey, idempotencyHeader } from './idempotency-key.js';
import { Subscribers } from './subscribers.js';
import { deviceView } from './view-schemas.js';

const path = z.object({ deviceId });
/** The operator alone says which device is the Primary: a role may be named, but only the one that the device has. */
const registration = z
  .object({ name: deviceName, capabilities: capabilities.prefault({}), autoAnswer: autoAnswer.prefault({}), role: deviceRole.optional() })
  .transform(({ role, ...device }) => ({ ...device, ...(role !== undefined && { claimedRole: role }) }));
const rename = z.strictObject({ name: deviceName });

/** A user's own devices, managed from any of them. */
@Controller('/cpm/v1/devices')
@RequireScope('device')
export class DevicesController {
  constructor(@Inject(Subscribers) private readonly subscribers: Subscribers) {}

  @Get()
  @Describe({ summary: 'The devices of the user, the Primary first', answers: { 200: z.object({ devices: z.array(deviceView) }) }, problems: [404] })
  async list(@CallingDevice() { user }: DevicePrincipal): Promise<{ devices: readonly DeviceView[] }> {
    return { devices: deviceList(await this.subscribers.of(user)) };
  }

  @Get('/:deviceId')
  @Describe({ summary: 'A device of the user', path, answers: { 200: deviceView }, problems: [404] })
  async get(@CallingDevice() { user }: DevicePrincipal, @Param() params: unknown): Promise<DeviceView> {
    const id = idOf(params);
    const device = deviceList(await this.subscribers.of(user)).find((candidate) => candidate.id === id);
    if (!device) throw new ProblemError(404, 'unknown-device', 'The subscriber has no such device');
    return device;
  }

  @Put('/:deviceId')
  @Describe({ summary: 'Registers a device, or says anew what it can', path, headers: idempotencyHeader, body: registration, answers: { 200: deviceView, 201: deviceView }, problems: [404, 409] })
  async register(
    @CallingDevice() { user }: DevicePrincipal, @Param() params: unknown, @Body() body: unknown,
    @IdempotencyKey() key: string | undefined, @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DeviceView | undefined> {
    const { created, device } = await this.subscribers.tell(RegisterDevice, { user, device: idOf(params), ...parse(registration, body) }, key);
    reply.status(created ? 201 : 200);
    return device;
  }

  @Patch('/:deviceId')
  @Describe({ summary: 'Gives a device another name', path, headers: idempotencyHeader, body: rename, answers: { 200: deviceView }, problems: [404, 409] })
  async rename(
    @CallingDevice() { user }: DevicePrincipal, @Param() params: unknown, @Body() body: unknown, @IdempotencyKey() key: string | undefined,
  ): Promise<DeviceView | undefined> {
    const { device } = await this.subscribers.tell(RenameDevice, { user, device: idOf(params), ...parse(rename, body) }, key);
    return device;
  }

  @Delete('/:deviceId')
  @HttpCode(204)
  @Describe({ summary: 'Removes a Secondary Device', path, headers: idempotencyHeader, answers: { 204: null }, problems: [404, 409] })
  async remove(@CallingDevice() { user }: DevicePrincipal, @Param() params: unknown, @IdempotencyKey() key: string | undefined): Promise<void> {
    await this.subscribers.tell(RemoveDevice, { user, device: idOf(params) }, key);
  }
}

function idOf(params: unknown): DeviceId {
  return parse(path, params).deviceId;
}
