import { bootstrap, InMemoryPlatform, type RunningHost } from '@cpm/runtime-host';
import { entranceForTests, tell, testIdentityProvider, type TestIdentityProvider } from '@cpm/runtime-host/testing';
import type { EventContract } from '@cpm/runtime-decider';
import { SmppServer, STATUS, type ReceivedSubmit, type SmppServerOptions } from '@cpm/smpp';
import { gatewayModule } from './gateway-module.js';
import { untilWithin } from './until.js';

/** The whole service, decisions included, on a log in memory, bound to an SMSC on a socket that accepts what it is given. */
export class HostedGateway {
  readonly submitted: ReceivedSubmit[];

  private constructor(
    readonly server: SmppServer,
    readonly platform: InMemoryPlatform,
    private readonly host: RunningHost,
    private readonly parts: { readonly identity: TestIdentityProvider; readonly submitted: ReceivedSubmit[] },
  ) {
    this.submitted = parts.submitted;
  }

  /** Message ids are 1, 2 and so on. */
  static async start(smsc: Pick<Partial<SmppServerOptions>, 'onCancel'> = {}): Promise<HostedGateway> {
    const submitted: ReceivedSubmit[] = [];
    const server = new SmppServer({ port: 0, authenticate: () => STATUS.ok, onSubmit: (submit) => ({ kind: 'accept', messageId: String(submitted.push(submit)) }), ...smsc });
    const { port } = await server.listen();
    const identity = await testIdentityProvider();
    const platform = new InMemoryPlatform();
    const config = entranceForTests(identity.jwksUrl);
    const host = await bootstrap([gatewayModule(`smpp://cpm:cpm@127.0.0.1:${port}`)], config, { platform });
    await untilWithin(9_000)(() => server.sessions().length === 1);
    return new HostedGateway(server, platform, host, { identity, submitted });
  }

  publish<Payload>(contract: EventContract<string, Payload>, payload: NoInfer<Payload>): Promise<void> {
    return tell(this.host, contract, payload);
  }

  async stop(): Promise<void> {
    await this.host.close();
    await this.server.close();
    await this.parts.identity.forget();
  }
}
