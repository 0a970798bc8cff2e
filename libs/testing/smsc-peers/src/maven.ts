import { join } from 'node:path';
import { cached, mavenJars, runTool, type Log, type MavenJars } from '@cpm/testing-containers';

const INSTALL = 'On Debian: apt-get install default-jdk-headless maven';

/** JSMPP's own example servers: https://github.com/opentelecoms-org/jsmpp (Apache-2.0). */
const JSMPP: MavenJars = {
  name: 'JSMPP',
  coordinates: ['org.jsmpp:jsmpp-examples:3.0.2'],
  jars: {
    'jsmpp-3.0.2.jar': '0440dc07ebcad177d403876539cd9fc5047ec853fae8349075c61a56a4df39d0',
    'jsmpp-examples-3.0.2.jar': '192aebcebeac398df102b2e1283ab52a5ff85b6b2f539c49950da2670dfb6915',
    'slf4j-api-1.7.36.jar': 'd3ef575e3e4979678dc01bf1dcce51021493b4d11fb7f1be8ad982877c16a1c0',
    'slf4j-simple-1.7.36.jar': '2f39bed943d624dfa8f4102d0571283a10870b6aa36f197a8a506f147010c10f',
    'telecom-charsets-1.0.1.jar': 'd74710170202db72dc4b432f14f4caf369a48436435ded8dfbf6dfd530180513',
  },
  ifMissing: INSTALL,
};

/** Cloudhopper's SMPP stack: https://github.com/fizzed/cloudhopper-smpp (Apache-2.0). */
const CLOUDHOPPER: MavenJars = {
  name: 'Cloudhopper',
  coordinates: ['com.fizzed:ch-smpp:5.0.9'],
  jars: {
    'ch-commons-charset-3.0.2.jar': '2cf0ec764f16fd58ea6afeb148eb050ae0e4cc33c2b1d74e94a81ad6b98bd167',
    'ch-commons-util-6.0.2.jar': 'c5867cac3c83e2a951e0228a47e925fe9b1f434607829b638e7e18f0c965012e',
    'ch-smpp-5.0.9.jar': 'a9235c5c00270e0477bb5d32ad832f7c252ad2c8a397f48abc91486791923721',
    'joda-time-2.15.1.jar': '035f145e2f7a47e6eee02e4ff488c1a9a28c0d61dadd69861662039b9e88ca2a',
    'netty-3.9.6.Final.jar': '203a5cb5da719adc6990abf60cc57eaa3e92fafbe1e550e076d60ad523e28f30',
    'slf4j-api-1.7.13.jar': '20d68d0c2e4fb984ffc164852b8b68df49a2b8716076f576881bcef7649a0e35',
  },
  ifMissing: INSTALL,
};

const silent: Log = () => undefined;

/** JSMPP's class path, from the cache or from Maven Central once. @throws when Maven is missing, or a jar is not the expected one */
export async function jsmppClassPath(log = silent): Promise<string> {
  const folder = await cached('jsmpp-3.0.2', async (partial) => { await mavenJars(JSMPP, partial, log); });
  return join(folder, 'libs', '*');
}

/** Cloudhopper's class path, from the cache or from Maven Central once. @throws when Maven is missing, or a jar is not the expected one */
export async function cloudhopperClassPath(log = silent): Promise<string> {
  const folder = await cached('cloudhopper-5.0.9', async (partial) => { await mavenJars(CLOUDHOPPER, partial, log); });
  return join(folder, 'libs', '*');
}

/** Name and password are fixed in JSMPP. */
const KEYSTORE = ['-keystore', 'keystore.p12', '-storetype', 'PKCS12', '-storepass', 'password', '-alias', 'smsc'];

/** A folder with `keystore.p12` for 127.0.0.1 and its `certificate.pem`, made once on each machine. @throws when `keytool` is missing */
export async function jsmppKeys(): Promise<string> {
  return cached('jsmpp-keys', async (folder) => {
    await runJdkTool('keytool', ['-genkeypair', ...KEYSTORE, '-keyalg', 'EC', '-dname', 'CN=SMSC', '-ext', 'SAN=IP:127.0.0.1', '-validity', '3650'], folder);
    await runJdkTool('keytool', ['-exportcert', '-rfc', ...KEYSTORE, '-file', 'certificate.pem'], folder);
  });
}

/** Runs `javac` or another tool of a JDK. @throws when there is none */
export async function runJdkTool(command: string, args: readonly string[], cwd?: string): Promise<void> {
  await runTool({ command, args, ifMissing: INSTALL, ...(cwd !== undefined && { cwd }) });
}
