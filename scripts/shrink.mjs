// Makes what wasm-bindgen wrote small. Its two halves, aisora.js and aisora_bg.wasm, meet in names, so they are made small
// together: each loses what the other does not use, and long names become short ones.

import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
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

/** Cuts the exports that nobody uses, with all that only they need. */
function keepExports(wasm, used) {
  const graph = [...used].map((name) => ({ name, export: name, root: true }))
  const file = `${wasm}.json`
  fs.writeFileSync(file, JSON.stringify(graph))
  run(process.execPath, [path.join(BINARYEN, 'wasm-metadce'), wasm, '--graph-file', file, ...FEATURES, '-o', wasm])
}

/** Cuts the functions that the wasm does not import any more. Each stands in the JS from its name to the next one's. */
function withoutImports(js, kept) {
  const left = new Set()
  const text = js.replaceAll(/^ {8}(\w+): function[\s\S]*?(?=^ {8}\w+: function|^ {4}\})/gm, (text, name) => {
    if (!kept.has(name)) return ''
    left.add(name)
    return text
  })
  const lost = [...kept.keys()].filter((name) => !left.has(name))
  if (lost.length > 0) fail(`the JS of wasm-bindgen is written differently than expected; without ${lost.join(', ')}`)
  return text
}
