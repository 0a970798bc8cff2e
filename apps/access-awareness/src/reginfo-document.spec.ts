import { reginfo } from '@cpm/contracts-access-awareness';
import { parse, ProblemError } from '@cpm/http';
import { reginfoDocument } from './reginfo-document.js';

const document = (inner: string, attributes = 'state="full"') => `<reginfo xmlns="urn:ietf:params:xml:ns:reginfo" version="0" ${attributes}>${inner}</reginfo>`;
const contact = (attributes: string, inner = '') => document(`<registration aor="tel:+4915110000001" id="a" state="active"><contact ${attributes}>${inner}</contact></registration>`);

function refusalOf(xml: string): ProblemError {
  try {
    parse(reginfo, reginfoDocument(xml));
  } catch (error) {
    if (error instanceof ProblemError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

it('gives attributes and children by their names, whatever the prefix, and leaves other namespaces out', () => {
  const xml = `<r:reginfo xmlns:r="urn:ietf:params:xml:ns:reginfo" xmlns:x="urn:x" state="partial" x:state="full">
    <x:more><r:registration aor="tel:+1" state="active"/></x:more>
    <r:registration aor="tel:+4915110000001" state="active"><r:contact state="active" expires=" 60 "><r:unknown-param name="p">a&amp;&#65;<![CDATA[<b>]]></r:unknown-param></r:contact></r:registration>
  </r:reginfo>`;
  expect(parse(reginfo, reginfoDocument(xml))).toEqual({
    state: 'partial',
    registration: [{ aor: 'tel:+4915110000001', state: 'active', contact: [{ state: 'active', expires: 60, 'unknown-param': [{ name: 'p', text: 'a&A<b>' }] }] }],
  });
});

it.each([
  ['nothing', '', 'well-formed'],
  ['text', 'hello', 'well-formed'],
  ['an open element', '<reginfo', 'well-formed'],
  ['an element that does not close', '<reginfo state="full"><registration></reginfo>', 'well-formed'],
  ['an undeclared prefix', '<r:reginfo/>', 'well-formed'],
  ['two roots', document('') + document(''), 'well-formed'],
  ['an undefined entity', document('&nbsp;'), 'well-formed'],
  ['entities that would expand', '<!DOCTYPE reginfo [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><reginfo state="full">&b;</reginfo>', 'document type'],
  ['an external entity', '<!DOCTYPE reginfo SYSTEM "file:///etc/passwd"><reginfo state="full"/>', 'document type'],
  ['another document', '<html/>', 'reginfo document'],
  ['another namespace', '<reginfo xmlns="urn:x" state="full"/>', 'reginfo document'],
])('refuses %s', (_, xml, because) => {
  expect(refusalOf(xml)).toMatchObject({ status: 400, errors: [{ path: '', message: expect.stringContaining(because) }] });
});

it.each([
  [document('', ''), 'state'],
  [document('<registration state="active"/>'), 'registration[0].aor'],
  [document('<registration aor="alice" state="active"/>'), 'registration[0].aor'],
  [contact('event="registered"'), 'registration[0].contact[0].state'],
  [contact('state="gone"'), 'registration[0].contact[0].state'],
  [contact('state="active" expires="soon"'), 'registration[0].contact[0].expires'],
  [contact('state="active" expires="-1"'), 'registration[0].contact[0].expires'],
  [contact('state="active"', '<unknown-param>x</unknown-param>'), 'registration[0].contact[0].unknown-param[0].name'],
  [document('<__proto__/>'), '__proto__'],
  [document('<registration aor="tel:+4915110000001" state="active"/>'.repeat(65)), 'registration'],
])('names the field that does not fit: %#', (xml, path) => {
  expect(refusalOf(xml)).toMatchObject({ status: 400, errors: [{ path }] });
});

it.each([
  ['wide', document('<registration/>'.repeat(70_000))],
  ['deep', document('<registration>'.repeat(34_000) + '</registration>'.repeat(34_000))],
  ['full of references', contact(`state="${'&#65;'.repeat(200_000)}"`)],
])('refuses a megabyte that is %s at once', (_, xml) => {
  const begin = performance.now();
  expect(refusalOf(xml).status).toBe(400);
  expect(performance.now() - begin).toBeLessThan(5_000);
});
