// Spending guards: set on a page, kept by the server, and asked about in the composer.

import { Composer, form, join, quoteFor, snapshot } from '../support/studio.ts'
import { expect, test } from '../support/test.ts'

const PAGE = '/account/spending'

test.describe('the page', () => {
  test.use({ javaScriptEnabled: false })

  test('sets guards, tells what does not fit at its field, and shows what today cost', async ({ page, watch }) => {
    watch.allow(/status of 422/)
    await join(page)
    await page.goto('/account')
    await page.getByRole('link', { name: 'Spending' }).click()
    await expect(page).toHaveURL(new RegExp(`${PAGE}$`))
    const [job, day, above] = ['Most for one job', 'Most in a day', 'Ask me above'].map((label) => page.getByLabel(label))
    const save = page.getByRole('button', { name: 'Save' })
    await job!.fill('1.5')
    await day!.fill('500')
    await save.click()
    await expect(job!).toHaveAttribute('aria-invalid', 'true')
    await expect(job!).toHaveAccessibleDescription(/whole number of credits/)
    await expect(day!).not.toHaveAttribute('aria-invalid')
    await expect(job!).toHaveValue('1.5')
    await expect(day!).toHaveValue('500')
    await job!.fill('120')
    await save.click()
    await expect(page.getByRole('heading', { name: 'Today: 0 of 500 credits' })).toBeVisible()
    await expect(job!).toHaveValue('120')
    await expect(day!).toHaveValue('500')
    await expect(above!).toHaveValue('')
  })

  test('above a price, the second press of the form creates', async ({ page, watch }) => {
    watch.allow(/status of 422/)
    await join(page)
    await page.request.post(PAGE, { form: { confirm_above: '39' } })
    await page.goto('/create')
    const create = page.getByRole('button', { name: /^Create for 40 credits/ })
    await page.getByLabel('What should be seen').fill('a glass sea')
    await create.click()
    await expect(page.getByRole('alert')).toContainText('This costs 40 credits, above the 39 that you want to confirm. Press again to confirm.')
    await expect(page.getByLabel('What should be seen')).toHaveValue('a glass sea')
    await expect(page.locator('a.purse')).toContainText('200 credits')
    // Whoever reads the sentence takes longer than a double click.
    await page.waitForTimeout(1_000)
    await create.click()
    await expect(page.locator('a.purse')).toContainText('160 credits')
    await page.goto(PAGE)
    await expect(page.getByRole('heading', { name: 'Today: 40 credits' })).toBeVisible()
  })
})

test('the composer says which guard refuses, and asks once more above a price', async ({ page, watch }) => {
  watch.allow(/status of (402|422)/)
  await join(page)
  await page.request.post(PAGE, { form: { most_per_job: '40', confirm_above: '30' } })
  const composer = new Composer(page)
  await composer.open()
  await composer.prompt.fill('a lantern')
  const said = composer.form.getByRole('alert')
  await composer.takes(2).check()
  await expect(composer.go).toHaveAccessibleName('Create for 80 credits')
  await composer.go.click()
  await expect(said).toContainText('This costs 80 credits, more than the 40 that you allow for one job.')
  await expect(said).toContainText('under Spending')
  expect((await snapshot(page)).balance).toEqual({ available: 200, held: 0 })

  await composer.takes(1).check()
  await expect(composer.go).toHaveAccessibleName('Create for 40 credits')
  // A double click asks, and confirms nothing.
  await composer.go.dblclick()
  await expect(said).toContainText('above the 30 that you want to confirm')
  await expect(composer.go, 'the keyboard confirms too').toBeFocused()
  expect((await snapshot(page)).balance).toEqual({ available: 200, held: 0 })
  await page.waitForTimeout(1_000)
  await composer.go.press('Enter')
  await expect.poll(async () => (await snapshot(page)).balance.available).toBe(160)
  await expect(said).toHaveText('')
})

test('creations at the same time stay under the day together', async ({ page }) => {
  await join(page)
  await page.request.post(PAGE, { form: { most_per_day: '30' } })
  const tokens = await Promise.all(Array.from({ length: 6 }, () => quoteFor(page.request, { prompt: 'a boat' })))
  const create = (token: string) => page.request.post('/api/generation/create', { data: { form: form({ prompt: 'a boat' }, token) } })
  const statuses = (await Promise.all(tokens.map(create))).map((answer) => answer.status())
  expect(statuses.toSorted()).toEqual([200, 200, 200, 402, 402, 402])
})
