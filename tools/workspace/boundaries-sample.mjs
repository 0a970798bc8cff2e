// Lints the sample that breaks every rule about purity and imports. Ends with 1 when a file is not refused by the rule it names.
import { globSync, readFileSync } from 'node:fs';
import { ESLint } from 'eslint';

const eslint = new ESLint({ ignore: false });
const samples = globSync('tools/workspace/boundaries-sample/src/*.ts').sort();
const results = await eslint.lintFiles(samples);
const passed = results.filter(({ filePath, messages }) => {
  const rule = /^\/\/ refused by (\S+)/.exec(readFileSync(filePath, 'utf8'))?.[1];
  return !messages.some(({ ruleId }) => ruleId === rule);
});
for (const { filePath, messages } of passed) {
  console.error(`${filePath} is not refused by the rule its first line names${messages.map(({ message }) => `; ${message}`).join('')}`);
}
if (samples.length === 0) console.error('the sample has no files');
console.log(`${results.length - passed.length} of ${results.length} samples refused`);
process.exitCode = passed.length > 0 || samples.length === 0 ? 1 : 0;
