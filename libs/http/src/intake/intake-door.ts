import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { bearerOf } from '../entrance.js';
import { TokenVerifier } from '../token-verifier.js';
import { createsWork } from './creates-work.js';
import { Intake } from './intake.js';
import { refuse } from './places-hook.js';

/** Refuses work that would not be let in before its body is read, so that a refusal costs as little as can be. */
@Injectable()
export class IntakeDoor implements OnModuleInit {
  constructor(
    @Inject(HttpAdapterHost) private readonly http: HttpAdapterHost,
    @Inject(Intake) private readonly intake: Intake,
    @Inject(TokenVerifier) private readonly verifier: TokenVerifier,
  ) {}

  onModuleInit(): void {
    this.http.httpAdapter.getInstance<FastifyInstance>().addHook('onRequest', (request, reply, done) => {
      try {
        if (createsWork(request.routeOptions.config)) this.intake.assertOpen(this.knownCaller(request.headers.authorization));
      } catch (error) {
        refuse(request, reply, error);
        return;
      }
      done();
    });
  }

  /** Only tokens that were verified before count: with others anybody could pretend to be many. */
  private knownCaller(authorization: string | undefined): string | undefined {
    const token = bearerOf(authorization);
    return token === undefined ? undefined : this.verifier.remembered(token)?.user;
  }
}
