import { Body, Controller, Get, Inject, Put } from '@nestjs/common';
import { SetPreferences } from '@cpm/contracts-device-registry';
import { preferencesView } from '@cpm/domain-device-registry';
import { CallingDevice, Describe, parse, RequireScope, type DevicePrincipal } from '@cpm/http';
import { preferences, type Preferences } from '@cpm/vocabulary';
import { IdempotencyKey, idempotencyHeader } from './idempotency-key.js';
import { Subscribers } from './subscribers.js';

/** A user's User Preferences Profiles, the same from each of his devices. */
@Controller('/cpm/v1/preferences')
@RequireScope('device')
export class PreferencesController {
  constructor(@Inject(Subscribers) private readonly subscribers: Subscribers) {}

  @Get()
  @Describe({ summary: 'The User Preferences Profiles', answers: { 200: preferences }, problems: [404] })
  async get(@CallingDevice() { user }: DevicePrincipal): Promise<Preferences> {
    return preferencesView(await this.subscribers.of(user));
  }

  @Put()
  @Describe({ summary: 'Replaces the User Preferences Profiles', headers: idempotencyHeader, body: preferences, answers: { 200: preferences }, problems: [404, 409] })
  async set(@CallingDevice() { user }: DevicePrincipal, @Body() body: unknown, @IdempotencyKey() key: string | undefined): Promise<Preferences | undefined> {
    const told = await this.subscribers.tell(SetPreferences, { user, preferences: parse(preferences, body) }, key);
    return told.preferences;
  }
}
