// The second half of build-site: from the compiled .wasm, style/ and public/ to the site folder.
//
// Each step is keyed by a hash of all that goes into it. The keys stand in site.json beside the site folder, so a step whose
// key has not changed and whose files are still there is not done again.

import { createHash } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import zlib from 'node:zlib'
import { build } from 'esbuild'
import { fail, run } from './run.mjs'
import { bundled, shrink } from './shrink.mjs'

const [root, site, compiledWasm, ...flags] = process.argv.slice(2)
const dev = flags.includes('--dev')
const scripts = path.dirname(fileURLToPath(import.meta.url))
const pkg = path.join(site, 'pkg')
const stateFile = `${site}.json`

/** The budget of a first load (wasm + JS + CSS, brotli), in kB. */
const BUDGET_KB = 300

/** A compressed copy must be smaller than this part of the file, or it is not worth its place. */
const COMPRESSED_AT_MOST = 0.95
const COMPRESSIBLE = new Set(
  ['css', 'html', 'ico', 'js', 'json', 'map', 'mjs', 'svg', 'txt', 'wasm', 'webmanifest', 'xml'].map((e) => `.${e}`),
)

const state = readState()
let changed = false

/** The files of each step, by their path in the site folder; whatever else lies in the folder is removed. */
const ours = [
  ...(await step('pkg', [hashFile(compiledWasm), run('wasm-bindgen', ['--version'])], bindgen)),
  ...(await step('css', [hashTree(path.join(root, 'style'))], bundleCss)),
  ...(await step('public', [hashTree(path.join(root, 'public'))], copyPublic)),
]
removeOthers(ours)
fs.writeFileSync(stateFile, JSON.stringify(state, null, 1))
report()

/**
 * Runs `work` unless its inputs are the same as last time and its files are still what it left.
 * `work` returns the files it wrote; each gets its compressed copies here.
 */
async function step(name, inputs, work) {
  const key = hash(JSON.stringify([inputs, dev, toolsHash()]))
  const last = state[name]
  if (last?.key === key && Object.entries(last.files).every(([file, size]) => sizeOf(file) === size)) {
    return Object.keys(last.files)
  }
  changed = true
  const written = await work()
  const copies = await Promise.all(written.map(compress))
  const files = [...written, ...copies.flat()].sort()
  state[name] = { key, files: Object.fromEntries(files.map((file) => [file, sizeOf(file)])) }
  return files
}

/** wasm-bindgen, and what it wrote made small. */
function bindgen() {
  return inTemporaryFolder(async (dir) => {
    run('wasm-bindgen', [compiledWasm, '--target', 'web', '--no-typescript', '--out-dir', dir, '--out-name', 'aisora'])
    if (!dev) say('making the wasm small')
    const js = await (dev ? bundled(dir) : shrink(dir))
    write('pkg/aisora.wasm', fs.readFileSync(path.join(dir, 'aisora_bg.wasm')))
    write('pkg/aisora.js', js)
    return ['pkg/aisora.wasm', 'pkg/aisora.js']
  })
}

/** style/main.css and what it imports, in one file. Nothing is rewritten for older browsers. */
async function bundleCss() {
  // url(/fonts/…) is an address on the site, not a file for esbuild to find.
  const siteAddresses = {
    name: 'site addresses',
    setup: ({ onResolve }) => {
      onResolve({ filter: /^\// }, ({ kind, path }) => (kind === 'url-token' ? { path, external: true } : undefined))
    },
  }
  const css = await build({
    entryPoints: [path.join(root, 'style/main.css')],
    bundle: true,
    plugins: [siteAddresses],
    legalComments: 'none',
    logLevel: 'warning',
    minify: true,
    target: 'esnext',
    write: false,
  })
  if (css.warnings.length > 0) fail('the warnings above, in style/')
  write('pkg/aisora.css', css.outputFiles[0].contents)
  return ['pkg/aisora.css']
}

/** What lies in public/; the modules of public/js, which browsers could load one by one, bundled. */
async function copyPublic() {
  const from = path.join(root, 'public')
  const modules = await bundleModules(path.join(from, 'js'))
  const others = filesOf(from).filter((file) => !file.startsWith('js/'))
  return [...modules, ...others.map((file) => {
    if (file.startsWith('pkg/')) fail('public/pkg is taken: it is where the build puts its own files')
    write(file, fs.readFileSync(path.join(from, file)))
    return file
  })]
}

async function bundleModules(folder) {
  const { outputFiles, warnings } = await build({
    entryPoints: ['still.js', 'live.js'].map((name) => path.join(folder, name)),
    bundle: true,
    // These names have a hash of the contents: the server has them kept for good (http/site.rs).
    chunkNames: 'chunk-[hash]',
    format: 'esm',
    legalComments: 'none',
    logLevel: 'warning',
    minify: !dev,
    outdir: path.join(site, 'js'),
    splitting: true,
    target: 'esnext',
    write: false,
  })
  if (warnings.length > 0) fail('the warnings above, in public/js')
  return outputFiles.map((output) => {
    const file = path.relative(site, output.path).split(path.sep).join('/')
    write(file, output.contents)
    return file
  })
}

async function compress(file) {
  if (!COMPRESSIBLE.has(path.extname(file))) return []
  const raw = fs.readFileSync(path.join(site, file))
  const text = path.extname(file) !== '.wasm'
  const { constants } = zlib
  const [br, gz] = await Promise.all([
    promisify(zlib.brotliCompress)(raw, {
      params: {
        [constants.BROTLI_PARAM_MODE]: text ? constants.BROTLI_MODE_TEXT : constants.BROTLI_MODE_GENERIC,
        [constants.BROTLI_PARAM_QUALITY]: dev ? 4 : 11,
        [constants.BROTLI_PARAM_SIZE_HINT]: raw.length,
      },
    }),
    promisify(zlib.gzip)(raw, { level: dev ? 1 : 9 }),
  ])
  const copies = [
    [`${file}.br`, br],
    [`${file}.gz`, gz],
  ].filter(([, packed]) => packed.length < raw.length * COMPRESSED_AT_MOST)
  for (const [copy, packed] of copies) write(copy, packed)
  return copies.map(([copy]) => copy)
}

/** What a first load weighs. */
function report() {
  const rows = ['pkg/aisora.wasm', 'pkg/aisora.js', ...withImports('js/live.js'), 'pkg/aisora.css'].map((file) => {
    return [file, sizeOf(file), sizeOf(`${file}.br`) ?? sizeOf(file)]
  })
  const [raw, brotli] = [1, 2].map((column) => rows.reduce((sum, row) => sum + row[column], 0))
  const kb = (bytes) => `${(bytes / 1000).toFixed(1)} kB`
  if (changed) {
    const line = (name, a, b) => console.log(`  ${name.padEnd(18)}${a.padStart(12)}${b.padStart(12)}`)
    line('', 'raw', 'brotli')
    for (const [file, ...sizes] of rows) line(file, ...sizes.map(kb))
    line('first load', kb(raw), kb(brotli))
  } else {
    console.log(`  site is up to date; first load ${kb(brotli)} brotli`)
  }
  if (!dev && brotli > BUDGET_KB * 1000) {
    fail(`the first load is over its budget of ${BUDGET_KB} kB`)
  }
}

/** A module and what it imports at once, without what it loads when it is needed. */
function withImports(file) {
  const known = new Set([file])
  for (const module of known) {
    const text = fs.readFileSync(path.join(site, module), 'utf8')
    for (const [, name] of text.matchAll(/(?:from|import)\s*"\.\/([\w.-]+)"/g)) known.add(`js/${name}`)
  }
  return [...known]
}

function removeOthers(files) {
  const keep = new Set(files)
  for (const file of filesOf(site)) if (!keep.has(file)) fs.rmSync(path.join(site, file))
}

function readState() {
  try {
    return JSON.parse(fs.readFileSync(stateFile, 'utf8'))
  } catch {
    return {}
  }
}

/** Written beside and renamed, so that a server that is running never reads half a file. */
function write(file, contents) {
  const to = path.join(site, file)
  fs.mkdirSync(path.dirname(to), { recursive: true })
  fs.writeFileSync(`${to}.new`, contents)
  fs.renameSync(`${to}.new`, to)
}

function sizeOf(file) {
  return fs.statSync(path.join(site, file), { throwIfNoEntry: false })?.size
}

/** The paths of all files under a folder, relative to it, with `/`; none when there is no such folder. */
function filesOf(folder) {
  if (!fs.existsSync(folder)) return []
  return fs
    .readdirSync(folder, { recursive: true })
    .filter((file) => fs.statSync(path.join(folder, file)).isFile())
    .map((file) => file.split(path.sep).join('/'))
    .sort()
}

function hash(contents) {
  return createHash('sha256').update(contents).digest('hex')
}

function hashFile(file) {
  return hash(fs.readFileSync(file))
}

function hashTree(folder) {
  return filesOf(folder).map((file) => [file, hashFile(path.join(folder, file))])
}

/** These scripts and the npm packages they use. */
function toolsHash() {
  const tools = ['site.mjs', 'shrink.mjs', 'run.mjs', 'package-lock.json']
  return hash(tools.map((file) => hashFile(path.join(scripts, file))).join())
}

async function inTemporaryFolder(work) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'aisora-site-'))
  try {
    return await work(dir)
  } finally {
    fs.rmSync(dir, { recursive: true })
  }
}

function say(words) {
  console.log(`  ${words}`)
}
