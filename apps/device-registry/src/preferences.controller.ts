import { Body, Controller, Get, Inject, Put } from '@nestjs/common';
import { SetPreferences } from '@cpm/contracts-device-registry';
import { preferencesView } from '@cpm/domain-device-registry';
import { CallingDevice, parse, RequireScope, type DevicePrincipal } from '@cpm/http';
import { preferences, type Preferences } from '@cpm/vocabulary';
import { IdempotencyKey } from './idempotency-key.js';
import { Subscribers } from './subscribers.js';

/** A user's User Preferences Profiles, the same from each of his devices. */
@Controller('/cpm/v1/preferences')
@RequireScope('device')
export class PreferencesController {
  constructor(@Inject(Subscribers) private readonly subscribers: Subscribers) {}

  @Get()
  async get(@CallingDevice() { user }: DevicePrincipal): Promise<Preferences> {
    return preferencesView(await this.subscribers.of(user));
  }

  @Put()
  async set(@CallingDevice() { user }: DevicePrincipal, @Body() body: unknown, @IdempotencyKey() key: string | undefined): Promise<Preferences | undefined> {
    const told = await this.subscribers.tell(SetPreferences, { user, preferences: parse(preferences, body) }, key);
    return told.preferences;
  }
}
