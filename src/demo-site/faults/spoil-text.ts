import type { Fault } from './kinds.ts';

/** Spoils the JSON text of one object: a row of a list, or an answer that is an object itself. */
export function spoilText(text: string, faults: readonly Fault[]): string | Buffer {
  let spoiled = text;
  let badBytes = false;
  for (const fault of faults) {
    if (fault.kind === 'proto-keys') {
      spoiled = withMember(
        spoiled,
        '"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}',
      );
    }
    if (fault.kind === 'deeply-nested' && fault.where === 'row') {
      spoiled = withMember(spoiled, `"nested":${nestedLists(fault.levels)}`);
    }
    if (fault.kind === 'lone-surrogates') spoiled = intoFirstText(spoiled, '\\ud800');
    if (fault.kind === 'invalid-utf8') badBytes = true;
  }
  return badBytes ? intoFirstTextBytes(spoiled, Buffer.from([0xc3, 0x28, 0xff])) : spoiled;
}

export function spoilsText(faults: readonly Fault[]): boolean {
  return faults.some(
    (fault) =>
      fault.kind === 'proto-keys' ||
      fault.kind === 'lone-surrogates' ||
      fault.kind === 'invalid-utf8' ||
      (fault.kind === 'deeply-nested' && fault.where === 'row'),
  );
}

export function nestedLists(levels: number): string {
  return '['.repeat(levels) + ']'.repeat(levels);
}

function withMember(text: string, member: string): string {
  return text.replace(/^\s*\{(\s*\})?/, (_, isEmpty: string | undefined) =>
    isEmpty === undefined ? `{${member},` : `{${member}}`,
  );
}

function intoFirstText(text: string, addition: string): string {
  return text.replace(/":\s*"/, (start) => start + addition);
}

function intoFirstTextBytes(text: string, addition: Buffer): Buffer {
  const start = /":\s*"/.exec(text);
  const cut = start ? start.index + start[0].length : 0;
  return Buffer.concat([Buffer.from(text.slice(0, cut)), addition, Buffer.from(text.slice(cut))]);
}
