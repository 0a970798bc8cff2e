import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { IntakeGuard } from './intake/creates-work.js';
import { IntakeDoor } from './intake/intake-door.js';
import { Intake, OpenIntake } from './intake/intake.js';
import { ProblemFilter } from './problem-filter.js';
import { ScopeGuard } from './require-scope.js';
import { TokenVerifier, type TokenVerifierOptions } from './token-verifier.js';

/** Problems for every error and token verification for every module of the application: import it once, at the root. */
@Module({})
export class HttpModule {
  static forRoot(tokens: TokenVerifierOptions, intake: Intake = new OpenIntake()): DynamicModule {
    return {
      module: HttpModule,
      global: true,
      providers: [
        { provide: TokenVerifier, useFactory: () => new TokenVerifier(tokens) },
        { provide: Intake, useValue: intake },
        ScopeGuard,
        IntakeGuard,
        IntakeDoor,
        { provide: APP_FILTER, useClass: ProblemFilter },
      ],
      exports: [TokenVerifier, Intake, ScopeGuard, IntakeGuard],
    };
  }
}
