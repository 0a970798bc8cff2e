import { applyDecorators, Inject, Injectable, UseGuards, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { principalOf, ProblemError, RateLimiter, RequireScope, type DevicePrincipal } from '@cpm/http';
import { DeviceDirectory } from './device-directory.js';

/** Only tokens of a device that its user has registered, within the device's rate. */
export function ForRegisteredDevice(): ClassDecorator & MethodDecorator {
  return applyDecorators(RequireScope('device'), UseGuards(RegisteredDeviceGuard));
}

/** Behind `RequireScope('device')`: only devices that are known in some way, each within its rate. Rejects with 429 and 403 problems. */
abstract class KnownDeviceGuard implements CanActivate {
  constructor(
    @Inject(DeviceDirectory) protected readonly directory: DeviceDirectory,
    @Inject(RateLimiter) private readonly limiter: RateLimiter,
  ) {}

  protected abstract readonly refusal: string;
  protected abstract isKnown(principal: DevicePrincipal): Promise<boolean>;

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { user, device } = principalOf(context);
    if (!user || !device) return false;
    this.limiter.admit(`${user}|${device}`);
    if (await this.isKnown({ user, device })) return true;
    throw new ProblemError(403, 'unknown-device', `${this.refusal}: PUT /cpm/v1/devices/{deviceId} first`);
  }
}

@Injectable()
export class RegisteredDeviceGuard extends KnownDeviceGuard {
  protected readonly refusal = 'the device is not registered';

  protected isKnown({ user, device }: DevicePrincipal): Promise<boolean> {
    return this.directory.isRegistered(user, device);
  }
}

/** Devices that are their user's: a removed one is nobody's, a provisioned Primary needs no registration. */
@Injectable()
export class ListedDeviceGuard extends KnownDeviceGuard {
  protected readonly refusal = 'the device is none of the user';

  protected isKnown({ user, device }: DevicePrincipal): Promise<boolean> {
    return this.directory.isListed(user, device);
  }
}
