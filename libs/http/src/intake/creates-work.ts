import { applyDecorators, Inject, Injectable, UseGuards, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { principalOf } from '../require-scope.js';
import { withRouteConfig } from '../route-config.js';
import { Intake } from './intake.js';

interface WorkConfig {
  readonly createsWork?: boolean;
}

/** Behind `RequireScope`: lets a unit of work in for an authenticated caller. */
@Injectable()
export class IntakeGuard implements CanActivate {
  constructor(@Inject(Intake) private readonly intake: Intake) {}

  canActivate(context: ExecutionContext): boolean {
    this.intake.admit(principalOf(context).user);
    return true;
  }
}

/** The route brings work for which nobody waits yet: it is refused while the system is behind. Not for what answers or ends something. */
export function CreatesWork(): MethodDecorator {
  return applyDecorators(withRouteConfig({ createsWork: true } satisfies WorkConfig), UseGuards(IntakeGuard));
}

export function createsWork(routeConfig: unknown): boolean {
  return (routeConfig as WorkConfig | undefined)?.createsWork === true;
}
