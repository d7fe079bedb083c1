// Makes what wasm-bindgen wrote small. Its two halves, aisora.js and aisora_bg.wasm, meet in names, so they are made small
// together: each loses what the other does not use, and long names become short ones.

import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import binaryen from 'binaryen'
import { build } from 'esbuild'
import { fail, run } from './run.mjs'

const BINARYEN = path.join(path.dirname(fileURLToPath(import.meta.url)), 'node_modules/binaryen/bin')

// What rustc 1.95 itself assumes of a browser (`rustc --print cfg --target wasm32-unknown-unknown`), so that binaryen reads it.
const FEATURES = [
  '--enable-bulk-memory',
  '--enable-bulk-memory-opt',
  '--enable-multivalue',
  '--enable-mutable-globals',
  '--enable-nontrapping-float-to-int',
  '--enable-reference-types',
  '--enable-sign-ext',
]
// Flattened first and made small twice: 1 % smaller after compression than once, for ten seconds more. The last one calls the
// module that all imports are from `a`, and tells the short names as JSON.
const OPTIMIZE = ['--flatten', '--rereloop', '-Oz', '-Oz', '--minify-imports-and-exports-and-modules']

// What nobody calls, though something refers to it: how Leptos wakes up a page whose wasm comes in parts (`hydrate_lazy`),
// which every type of view brings along, and bodies that are streams. Called nevertheless, it stops the page with an error.
const NEVER_CALLED = /\b(hydrate_async|wasm_streams)\b/

/** What a page takes from the JS. */
const ENTRY = "export { default, hydrate } from './aisora.js'"

/** The JS alone, for a build that must be quick. */
export async function bundled(dir) {
  return bundle(dir, glue(dir), {})
}

/** Makes the wasm small where it lies, and returns the JS that fits it. */
export async function shrink(dir) {
  const wasm = path.join(dir, 'aisora_bg.wasm')
  const js = glue(dir)
  const whole = await bundle(dir, js, { minify: false })
  const used = new Set([...whole.matchAll(/\bwasm\.(\w+)/g)].map(([, name]) => name))
  cutNeverCalled(wasm)
  keepExports(wasm, used)

  const short = JSON.parse(run(process.execPath, [path.join(BINARYEN, 'wasm-opt'), wasm, ...OPTIMIZE, ...FEATURES, '-o', wasm]))
  const imports = new Map(short.imports.map(([, long, name]) => [long, name]))
  const names = { ...Object.fromEntries(imports), ...Object.fromEntries(short.exports) }
  return bundle(dir, withoutImports(js, imports).replace('"./aisora_bg.js": import0', 'a: import0'), {
    mangleProps: new RegExp(`^(${Object.keys(names).join('|')})$`),
    mangleCache: names,
  })
}

/** The JS of wasm-bindgen, with what esbuild needs to see that a class is not used. */
function glue(dir) {
  return fs
    .readFileSync(path.join(dir, 'aisora.js'), 'utf8')
    .replaceAll('new FinalizationRegistry', '/* @__PURE__ */ new FinalizationRegistry')
    .replaceAll(/^if \(Symbol\.dispose\) .*\n/gm, '')
    // The page passes the address of the wasm with its stamp; this is what the JS falls back to.
    .replaceAll('aisora_bg.wasm', 'aisora.wasm')
}

async function bundle(dir, js, options) {
  fs.writeFileSync(path.join(dir, 'aisora.js'), js)
  const { outputFiles } = await build({
    stdin: { contents: ENTRY, resolveDir: dir },
    bundle: true, // takes in the snippets that wasm-bindgen may put beside it
    format: 'esm',
    legalComments: 'none',
    minify: true,
    target: 'es2022',
    write: false,
    ...options,
  })
  return outputFiles[0].text
}

/** Empties the functions that are never called, so that what only they need goes with them. */
function cutNeverCalled(wasm) {
  const module = binaryen.readBinary(fs.readFileSync(wasm))
  const all = Array.from({ length: module.getNumFunctions() }, (_, place) => module.getFunctionByIndex(place))
  const found = all.filter((it) => NEVER_CALLED.test(binaryen.getFunctionInfo(it).name))
  if (found.length === 0) fail('no function of the wasm has a name that was to be cut; did the names change?')
  for (const it of found) binaryen.Function.setBody(it, module.unreachable())
  fs.writeFileSync(wasm, module.emitBinary())
}

/** Cuts the exports that nobody uses, with all that only they need. */
function keepExports(wasm, used) {
  const graph = [...used].map((name) => ({ name, export: name, root: true }))
  const file = `${wasm}.json`
  fs.writeFileSync(file, JSON.stringify(graph))
  run(process.execPath, [path.join(BINARYEN, 'wasm-metadce'), wasm, '--graph-file', file, ...FEATURES, '-o', wasm])
}

/** Cuts the functions that the wasm does not import any more. */
function withoutImports(js, kept) {
  return js.replaceAll(/^ {8}(\w+): function\([\s\S]*?^ {8}\},\n/gm, (text, name) => (kept.has(name) ? text : ''))
}
