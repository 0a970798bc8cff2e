import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runTool } from './tool.js';

const IF_MISSING = 'On Debian: apt-get install openssl';
const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
const ADDRESSES = 'subjectAltName=IP:127.0.0.1,DNS:localhost';
const YEARS_10 = '3650';

/** Paths of PEM files. */
export interface Certificate {
  readonly certFile: string;
  readonly keyFile: string;
}

/** A certificate authority of its own in the folder, made by the openssl command. @throws when that is missing */
export async function makeAuthority(folder: string): Promise<Certificate> {
  const authority = filesOf(folder, 'ca');
  await openssl('req', '-x509', ...KEY, '-keyout', authority.keyFile, '-out', authority.certFile, '-days', YEARS_10, '-subj', '/CN=cpm local authority');
  return authority;
}

/** A certificate of this machine for `name`, to serve with and to show as a client; one with `days` below 0 has expired. */
export async function makeCertificate(folder: string, name: string, authority: Certificate, days = 825): Promise<Certificate> {
  const made = filesOf(folder, name);
  const [request, extensions] = [join(folder, `${name}.csr`), join(folder, 'extensions')];
  await writeFile(extensions, `${ADDRESSES}\nbasicConstraints=critical,CA:FALSE\n`);
  await openssl('req', '-new', ...KEY, '-keyout', made.keyFile, '-out', request, '-subj', `/CN=${name}`);
  await openssl('x509', '-req', '-in', request, '-CA', authority.certFile, '-CAkey', authority.keyFile, '-out', made.certFile, '-days', String(days), '-extfile', extensions);
  return made;
}

function filesOf(folder: string, name: string): Certificate {
  return { certFile: join(folder, `${name}.pem`), keyFile: join(folder, `${name}.key`) };
}

async function openssl(...args: readonly string[]): Promise<void> {
  await runTool({ command: 'openssl', args, ifMissing: IF_MISSING });
}
