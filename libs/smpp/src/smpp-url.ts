import { z } from 'zod';

/** Where an SMSC is and as whom to bind. */
export interface SmppTarget {
  readonly host: string;
  readonly port: number;
  readonly transport: 'tcp' | 'tls';
  readonly systemId: string;
  readonly password: string;
}

/** The registered port of SMPP, and the one that most SMSCs listen on for TLS. */
export const DEFAULT_PORTS = { tcp: 2775, tls: 3550 } as const;

const target = z.object({
  protocol: z.enum(['smpp:', 'ssmpp:'], 'must be smpp: or ssmpp:'),
  hostname: z.string().min(1, 'host is missing'),
  port: z.coerce.number().int().min(1).max(65_535),
  // SMPP 3.4 allows 15 and 8 characters; many SMSCs give out longer passwords.
  systemId: z.string().min(1, 'systemId is missing').max(15).regex(/^[\x20-\x7e]*$/, 'must be ASCII'),
  password: z.string().max(64).regex(/^[\x20-\x7e]*$/, 'must be ASCII'),
});

/** Reads `smpp://systemId:password@host:port` (`ssmpp:` for TLS; a port of DEFAULT_PORTS where none is named). Throws TypeError that never quotes the password. */
export function parseSmppUrl(text: string): SmppTarget {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url) throw new TypeError('SMPP URL: not a URL');
  const transport = url.protocol === 'ssmpp:' ? 'tls' : 'tcp';
  const result = target.safeParse({
    protocol: url.protocol,
    hostname: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port || DEFAULT_PORTS[transport],
    systemId: unescaped(url.username),
    password: unescaped(url.password),
  });
  if (!result.success) throw new TypeError(`SMPP URL: ${result.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('; ')}`);
  const { hostname, port, systemId, password } = result.data;
  return { host: hostname, port, transport, systemId, password };
}

/** A stray percent sign in a password is meant as itself. */
function unescaped(component: string): string {
  try {
    return decodeURIComponent(component);
  } catch {
    return component;
  }
}
