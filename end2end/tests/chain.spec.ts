// One AiSora makes videos with another: both sides of the Videos protocol, end to end.

import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Composer, expectMade, expectPlaying, join, player, signUp } from '../support/studio.ts'
import { Server } from '../support/server.ts'
import { expect, test } from '../support/test.ts'

test('a studio makes a video with another one, and both charge once', async ({ newPage, server, watch }) => {
  watch.allow(/another origin/)
  const seller = await join(await newPage())
  const { key } = JSON.parse(await server.run('key', 'create', '--email', seller.email, '--name', 'the other studio', '--json')) as { key: string }
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'aisora-chain-'))
  const config = path.join(folder, 'aisora.toml')
  fs.writeFileSync(
    config,
    `[providers.far]
kind = "openai_videos"
preset = "openai"
base_url = "${server.url}/v1"
key = "${key}"
concurrency = 2
[[providers.far.models]]
id = "far"
remote = "builtin"
label = "The other studio"
sizes = { "1280x720" = 3 }
seconds = [2]
extra = { seed = "from the order" }
`,
  )
  const studio = await Server.launch({ AISORA_CONFIG: config })
  try {
    const page = await newPage({ baseURL: studio.url })
    await signUp(page)
    const composer = new Composer(page)
    await composer.open()
    await composer.form.getByLabel('Model', { exact: true }).selectOption('far')
    await composer.prompt.fill('a lantern carried from one studio to the next')
    await expect(composer.go).toHaveAccessibleName('Create for 6 credits')
    await composer.go.click()
    await expectMade(page)
    await expectPlaying(player(page), [1280, 720])
    await expect(page.getByLabel('Watched now')).toContainText('Charged 6 credits')

    const left = async () => JSON.parse(await server.run('user', 'balance', '--email', seller.email, '--json')) as unknown
    await expect.poll(left, 'the other studio charged its own price').toEqual({ available: 180, held: 0 })
    expect(await studio.run('audit')).toContain('Every credit is accounted for')
    expect(await server.run('audit')).toContain('Every credit is accounted for')
    expect(studio.log + server.log, 'the key is in no log').not.toContain(key)
    // Its stream ends with it, and a page that looks on would say so.
    await page.close()
  } finally {
    await studio.dispose()
    fs.rmSync(folder, { recursive: true })
  }
})
