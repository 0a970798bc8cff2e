import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { Entrance, ENTRANCE_OPTIONS, type EntranceOptions } from './entrance.js';
import { IntakeGuard } from './intake/creates-work.js';
import { IntakeDoor } from './intake/intake-door.js';
import { Intake, OpenIntake } from './intake/intake.js';
import { ProblemFilter } from './problem-filter.js';
import { ScopeGuard } from './require-scope.js';
import { TokenVerifier, type TokenVerifierOptions } from './token-verifier.js';

/** Problems for every error, token verification and limits for every route of the application: import it once, at the root. */
@Module({})
export class HttpModule {
  static forRoot(tokens: TokenVerifierOptions, entrance: EntranceOptions = {}, intake: Intake = new OpenIntake()): DynamicModule {
    return {
      module: HttpModule,
      global: true,
      providers: [
        { provide: TokenVerifier, useFactory: () => new TokenVerifier(tokens) },
        { provide: ENTRANCE_OPTIONS, useValue: entrance },
        { provide: Intake, useValue: intake },
        Entrance,
        IntakeGuard,
        IntakeDoor,
        { provide: APP_GUARD, useClass: ScopeGuard },
        { provide: APP_FILTER, useClass: ProblemFilter },
      ],
      exports: [Entrance, Intake, IntakeGuard],
    };
  }
}
