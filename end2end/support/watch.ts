// What goes wrong in a page without a test looking at it: errors on the console, requests that fail or go elsewhere.

import type { BrowserContext, ConsoleMessage, Request } from '@playwright/test'

export class Watch {
  readonly #origin: string
  readonly #allowed: RegExp[] = []
  readonly #problems: string[] = []
  #stopped = false

  constructor(origin: string) {
    this.#origin = origin
  }

  /** Expects problems that match, such as the console's line about a 404 that the test asks for. */
  allow(...patterns: RegExp[]): void {
    this.#allowed.push(...patterns)
  }

  /** Closing a page aborts its requests: from the end of a test on, nothing is noted. */
  stop(): void {
    this.#stopped = true
  }

  /** The problems so far that nobody expected. */
  get problems(): string[] {
    return this.#problems.filter((problem) => !this.#allowed.some((pattern) => pattern.test(problem)))
  }

  /** Watches every page of a context, those that open later too. */
  follow(context: BrowserContext): void {
    context.on('console', (message) => this.#console(message))
    context.on('weberror', (error) => this.#note('uncaught', error.error().stack ?? String(error.error())))
    context.on('request', (request) => this.#request(request))
    context.on('requestfailed', (request) => this.#requestFailed(request))
    context.on('response', (response) => {
      if (response.status() >= 500) this.#note('response', `${response.status()} ${response.url()}`)
    })
  }

  #console(message: ConsoleMessage): void {
    const text = `${message.text()} (${message.location().url})`
    if (message.type() === 'error') this.#note('console.error', text)
    if (message.type() === 'warning' && /hydrat/i.test(text)) this.#note('console.warn', text)
  }

  #request(request: Request): void {
    const url = new URL(request.url())
    if (/^https?:|^wss?:/.test(url.protocol) && url.host !== new URL(this.#origin).host) {
      this.#note('request to another origin', `${request.method()} ${url}`)
    }
  }

  /**
   * A player drops its request when it has enough, a page that is left drops all of its own, and a navigation that turns
   * out to be a download is dropped too. A browser without JavaScript loads no script; what a page's own policy forbids
   * is an error on the console as well.
   */
  #requestFailed(request: Request): void {
    const reason = request.failure()?.errorText ?? 'failed'
    if (!['net::ERR_ABORTED', 'csp'].includes(reason)) this.#note('request failed', `${reason} ${request.method()} ${request.url()}`)
  }

  #note(kind: string, text: string): void {
    if (!this.#stopped) this.#problems.push(`${kind}: ${text}`)
  }
}
