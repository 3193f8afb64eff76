import { type APIRequestContext, test as base, expect, type Locator, type Page, request as requests } from "@playwright/test";
import { gateway, key } from "./platform";

interface Decision {
  readonly policy_id: string;
  readonly claim_id: string;
}

/**
 * What a page must not do, whatever else is tested: break, break the policy of the pages, or ask another host. `decision` is a claim
 * that was decided, for pages that show one: what was paid if anything was, otherwise one that is refused.
 */
export const test = base.extend<{ offences: string[] }, { decision: Decision }>({
  decision: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads from it which fixtures this one needs: none.
    async ({}, use) => {
      const context = await requests.newContext({ baseURL: gateway });
      const paid = (await (await context.get("/api/v2/claims?status=paid&limit=1", { headers: asOperator })).json()) as { items: Decision[] };
      await use(paid.items[0] ?? (await refuse(context)));
      await context.dispose();
    },
    { scope: "worker" },
  ],
  offences: [
    async ({ page, baseURL }, use) => {
      const offences: string[] = [];
      const origin = new URL(baseURL ?? "").host;
      page.on("pageerror", (error) => offences.push(`error on the page: ${error.message}`));
      page.on("console", (message) => {
        if (message.type() === "error" && /Content Security Policy|React|Maximum update/i.test(message.text())) offences.push(`console: ${message.text()}`);
      });
      page.on("request", (request) => {
        const url = new URL(request.url());
        if (url.host !== origin && url.protocol !== "data:" && url.protocol !== "blob:") offences.push(`asked another host: ${request.url()}`);
      });
      await use(offences);
      expect(offences).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };
export { key, processesOf } from "./platform";

/** As somebody who has typed in the key in this tab. */
export const withKey = (page: Page, own = key) => page.addInitScript((value) => sessionStorage.setItem("sure.api-key", value), own);

export const asOperator = { Authorization: `Bearer ${key}` };

/** A policy over 1,000 USD for 30 days, bought as a program would; its id. */
export async function buy(request: APIRequestContext, product: { coverage_type: string; chain: string; stablecoin: string }): Promise<string> {
  let quote_id = "";
  // While the cores are busy Redis may be too slow for a quote to be kept: another one is asked for.
  await expect.poll(async () => {
    const quoted = await request.post("/api/v2/quote/multi-dimensional", { data: { ...product, coverage_amount: 1_000, duration_days: 30 } });
    expect(quoted.ok(), await quoted.text()).toBe(true);
    const quote = (await quoted.json()) as { quote_id: string; bindable: boolean };
    ({ quote_id } = quote);
    return quote.bindable;
  }).toBe(true);
  const bound = await request.post("/api/v2/policies", { headers: asOperator, data: { quote_id } });
  expect(bound.ok(), await bound.text()).toBe(true);
  return ((await bound.json()) as { policy_id: string }).policy_id;
}

/** A claim that nothing has triggered, decided at once. */
async function refuse(request: APIRequestContext): Promise<Decision> {
  const policy = await buy(request, { coverage_type: "depeg", chain: "Base", stablecoin: "LUSD" });
  const filed = await request.post("/api/v2/claims", { headers: asOperator, data: { policy_id: policy } });
  expect(filed.ok(), await filed.text()).toBe(true);
  return (await filed.json()) as Decision;
}

/** Presses what answers a question until it counts: right after the question a press may still be the rest of a double click. */
export const deliberately = (button: Locator, counts: () => Promise<void>) =>
  expect(async () => {
    // It goes once it has counted.
    if (await button.isVisible()) await button.click({ timeout: 500 });
    await counts();
  }).toPass();

/** Presses as soon as `shown` stands there: the rest of a double click whose first click was answered between the two. */
export async function doubleClick(button: Locator, shown: string): Promise<void> {
  await button.evaluate((element: HTMLButtonElement, words) => new Promise<void>((done) => {
    const observer = new MutationObserver(() => {
      if (element.disabled || !document.body.textContent.includes(words)) return;
      observer.disconnect();
      element.click();
      done();
    });
    observer.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
    element.click();
  }), shown);
}

/** Keeps what the page asks from the platform until it is let go by what this returns. */
export async function hold(page: Page, method: string, url: string): Promise<() => void> {
  let letGo = () => {};
  const gone = new Promise<void>((resolve) => { letGo = resolve; });
  await page.route(url, async (route) => {
    if (route.request().method() === method) await gone;
    await route.fallback();
  });
  return letGo;
}

/** As the page shows it. */
export const usd = (value: number) => value.toLocaleString("en-US", { style: "currency", currency: "USD" });

export const isLive = (page: Page) => expect(page.getByRole("banner").getByRole("status")).toContainText("Live");

/** Each page with what shows that its figures are there. */
export const pages: readonly { name: string; path: (decision: Decision) => string; shows: (page: Page) => Locator }[] = [
  { name: "overview", path: () => "/", shows: (page) => page.getByText("Effective capital", { exact: true }) },
  { name: "cover", path: () => "/cover", shows: (page) => page.getByText("Would have paid", { exact: true }) },
  { name: "policies", path: () => "/policies", shows: (page) => page.getByRole("link", { name: / · / }).first() },
  { name: "policy", path: ({ policy_id }) => `/policies/${policy_id}`, shows: (page) => page.getByText("Evidence", { exact: true }) },
  { name: "capital", path: () => "/capital", shows: (page) => page.getByRole("cell", { name: "Mezzanine" }).first() },
  { name: "risk", path: () => "/risk", shows: (page) => page.getByRole("figure").first() },
  { name: "bridges", path: () => "/bridges", shows: (page) => page.getByRole("figure").first() },
  { name: "prices", path: () => "/bridges?show=prices", shows: (page) => page.getByRole("figure").first() },
  { name: "claims", path: () => "/claims", shows: (page) => page.getByText("Checked here.") },
  { name: "claim", path: ({ claim_id }) => `/claims/${claim_id}`, shows: (page) => page.getByText("Verified.", { exact: true }) },
  { name: "analytics", path: () => "/analytics", shows: (page) => page.getByRole("figure").first() },
  { name: "operations", path: () => "/operations", shows: (page) => page.getByText("RabbitMQ").first() },
];
