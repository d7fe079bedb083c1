// Pictures of every page and state, for people to look at: AISORA_PICTURES=1 npx playwright test pictures

import path from 'node:path'
import type { Page } from '@playwright/test'
import { arrive, begin, cancel, Composer, expectMade, join, make, settled, signUp } from '../support/studio.ts'
import { expect, test } from '../support/test.ts'

test.skip(!process.env.AISORA_PICTURES, 'only with AISORA_PICTURES=1')
test.setTimeout(1_200_000)

const folder = path.join(import.meta.dirname, '../pictures')
const WIDTHS = { 390: 844, 820: 1180, 1440: 900 } as const

for (const colorScheme of ['dark', 'light'] as const) {
  for (const [width, height] of Object.entries(WIDTHS)) {
    const touch = Number(width) < 1000
    test.describe(`${width} px, ${colorScheme}`, () => {
      test.use({ colorScheme, viewport: { width: Number(width), height }, hasTouch: touch, isMobile: touch })

      test('pictures', async ({ page, watch, newPage, server }) => {
        watch.allow(/./)
        let number = 0
        const take = async (name: string, { whole = false, of = page }: { whole?: boolean; of?: Page } = {}) => {
          const file = `${String(++number).padStart(2, '0')}-${name}-${width}-${colorScheme}.png`
          await of.evaluate(() => document.fonts.ready)
          await of.screenshot({ path: path.join(folder, file), fullPage: whole })
        }
        /** As much of every video as its file needs to show a picture, in the middle. */
        const still = async () => {
          await page.evaluate(async () => {
            for (const video of document.querySelectorAll('video')) {
              video.pause()
              if (video.readyState >= 1) video.currentTime = video.duration / 2
            }
            await new Promise((resolve) => setTimeout(resolve, 400))
          })
        }

        await page.goto('/')
        await page.evaluate(async () => {
          for (let y = 0; y < document.body.scrollHeight; y += 500) {
            scrollTo(0, y)
            await new Promise((resolve) => setTimeout(resolve, 150))
          }
          scrollTo(0, 0)
        })
        await still()
        await take('landing')
        await take('landing-whole', { whole: true })
        await page.goto('/sign-in')
        await take('sign-in')
        await page.goto('/sign-up')
        await take('sign-up')
        await page.getByLabel('E-mail').fill('robin')
        await page.getByLabel('Password').fill('short')
        await page.getByRole('main').getByRole('button', { name: 'Create account' }).click()
        await expect(page.getByRole('alert')).not.toBeEmpty()
        await take('sign-up-errors', { whole: true })
        await page.goto('/nothing-here')
        await take('not-found')

        const person = await signUp(page, { name: 'Robin Example' })
        await server.run('user', 'grant', '--email', person.email, '--credits', '2000', '--reason', 'For pictures')
        const composer = new Composer(page)
        await composer.open()
        await take('create-empty')
        await arrive(page, '/library')
        await take('library-empty')
        await arrive(page, '/credits')
        await take('credits-new')

        await composer.open()
        await composer.prompt.fill('A paper boat crossing a storm drain at dusk, low camera, rain on the water')
        await composer.more()
        await expect(composer.seed).toBeVisible()
        await take('create-more')
        await composer.more()
        await composer.seconds.selectOption('12')
        await composer.go.click()
        const bar = page.getByRole('progressbar').first()
        await expect(bar).toBeVisible()
        await expect.poll(() => page.evaluate(() => document.querySelector('progress')?.value ?? 100), { intervals: [50] }).toBeGreaterThan(35)
        await take('create-running')
        await begin(page, { prompt: 'Neon rain on a night market, slow push-in, steam rising', seconds: 20 })
        await begin(page, { prompt: 'Embers over a pine forest at midnight', seconds: 20, takes: 2 })
        await composer.open()
        await expect(page.getByRole('progressbar').nth(1)).toBeVisible()
        await take('create-several-jobs')
        for (const card of (await page.request.post('/api/generation/snapshot').then((answer) => answer.json())).cards) {
          if (card.seconds === 20) await cancel(page, card.id)
        }
        await settled(page)
        await composer.open()
        await take('create-cancelled', { whole: true })

        await make(page, { prompt: 'First light over a glass sea, one lantern boat, low fog', seconds: 2 })
        await composer.open()
        await expectMade(page)
        await still()
        await take('create-finished')
        await take('create-finished-whole', { whole: true })
        await page.evaluate(() => scrollTo(0, document.body.scrollHeight))
        await take('create-finished-end')

        await make(page, { prompt: 'A lighthouse in a storm, waves breaking, wide', size: '720x1280', seconds: 1 })
        await composer.open()
        await expectMade(page)
        await still()
        await take('create-finished-tall')
        await make(page, { prompt: 'Moss and ferns, macro, morning dew, soft pan', size: '1024x1024', seconds: 1, takes: 4 })
        await composer.open()
        await expectMade(page, 4)
        await still()
        await take('create-finished-takes')
        await composer.prompt.fill('word '.repeat(6_600))
        await expect(composer.reason).toContainText('at most')
        await take('create-too-long')
        await composer.prompt.fill('قارب ورقي يعبر مصرف المطر عند الغسق')
        await take('create-right-to-left')
        await composer.prompt.fill('')

        const many = ['Desert road, heat haze, a lone truck', 'City from above at night, slow drift', 'Snow falling on a quiet village', 'A whale below the ice, light shafts', 'Old cinema, dust in the beam', 'قارب ورقي يعبر مصرف المطر عند الغسق']
        await make(page, ...many.map((prompt, index) => ({ prompt, size: (['1280x720', '1280x720', '1024x1024'] as const)[index % 3] })))
        await begin(page, { prompt: 'Aurora over a frozen lake, long exposure', seconds: 20 })
        await arrive(page, '/library')
        await expect(page.locator('.tile img').first()).toBeVisible()
        await take('library')
        await take('library-whole', { whole: true })
        await page.goto('/library?view=list')
        await take('library-list')
        await page.goto('/library')
        await page.getByRole('button', { name: 'Select', exact: true }).click()
        for (const place of [1, 2, 3]) await page.locator('.tile input[name=ids]').nth(place).check()
        await take('library-selecting')
        await page.goto('/library')
        await page.getByRole('searchbox').fill('zeppelin')
        await page.getByRole('searchbox').press('Enter')
        await expect(page.getByRole('heading', { name: /Nothing here contains/ })).toBeVisible()
        await take('library-nothing-found')
        for (const card of (await page.request.post('/api/generation/snapshot').then((answer) => answer.json())).cards) {
          if (card.seconds === 20) await cancel(page, card.id)
        }
        await arrive(page, '/library')
        await page.locator('.tile').filter({ has: page.locator('img') }).getByRole('button', { name: 'Move to trash' }).first().click()
        await expect(page.getByRole('button', { name: 'Undo' })).toBeVisible()
        await take('library-deleted')
        await page.goto('/library/trash')
        await take('trash')
        await page.locator('summary', { hasText: 'Empty the trash' }).click()
        await take('trash-question')

        const cards = (await page.request.post('/api/generation/snapshot').then((answer) => answer.json())).cards as { id: string; size: string; state: string; prompt: string }[]
        const of = (size: string) => cards.find((card) => card.state === 'succeeded' && card.size === size)!
        await arrive(page, `/v/${of('1280x720').id}`)
        await still()
        await take('video', { whole: true })
        await arrive(page, `/v/${of('1024x1024').id}`)
        await still()
        await take('video-square')
        const [tall] = await make(page, { prompt: `Long words. ${'The camera drifts over wet stones and finds a lantern. '.repeat(30)}`, size: '720x1280' })
        await arrive(page, `/v/${tall!.id}`)
        await still()
        await take('video-tall-long-prompt', { whole: true })
        const [gone] = await begin(page, { prompt: 'Not this one', seconds: 20 })
        await cancel(page, gone!.id)
        await arrive(page, `/v/${gone!.id}`)
        await take('video-cancelled', { whole: true })
        const two = cards.filter((card) => card.state === 'succeeded' && card.size === '1024x1024')
        await arrive(page, `/v/${two[0]!.id}/compare/${two[1]!.id}`)
        await take('compare', { whole: true })
        await page.keyboard.press('Control+k')
        await page.getByRole('combobox').fill('cre')
        await take('palette')
        await page.keyboard.press('Escape')
        await page.keyboard.press('?')
        await take('keys')
        await page.keyboard.press('Escape')
        await arrive(page, '/credits')
        await take('credits')
        await take('credits-whole', { whole: true })
        await arrive(page, '/account')
        await take('account', { whole: true })
        for (const part of ['presets', 'spending', 'keys', 'webhooks']) {
          await arrive(page, `/account/${part}`)
          await take(`account-${part}`)
        }
        await page.goto('/docs/api')
        await take('docs')
        await page.goto('/offline')
        await take('offline')

        const poor = await newPage({ colorScheme, viewport: { width: Number(width), height }, hasTouch: touch, isMobile: touch })
        await join(poor)
        const empty = new Composer(poor)
        await empty.open()
        await empty.prompt.fill('More than there is')
        await empty.takes(4).check()
        await empty.seconds.selectOption('20')
        await expect(empty.reason).toContainText('600')
        await take('create-too-expensive', { of: poor })
      })
    })
  }
}
