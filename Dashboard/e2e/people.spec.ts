import type { APIRequestContext, Page } from "@playwright/test";
import { asOperator, doubleClick, expect, hold, isLive, key, test, withKey } from "./support";

/**
 * Asks for a quote until it can be bought; what buys it. While the cores are busy Redis may be too slow for a quote to be kept, which is then
 * for information only.
 */
async function offer(page: Page, name: string | RegExp = /^Buy for /) {
  const buy = page.getByRole("button", { name });
  await expect(async () => {
    await page.getByRole("button", { name: /^(Get a quote|Quote again)$/ }).click();
    await expect(buy).toBeEnabled({ timeout: 5_000 });
  }).toPass({ timeout: 60_000 });
  return buy;
}

test("somebody types in a key, gets a quote, buys, and sees the policy in the exposure", async ({ page }) => {
  await page.goto("/cover?type=smart_contract&chain=Base&coin=PYUSD");
  await page.getByRole("button", { name: "Key" }).click();
  await page.getByLabel("API key").fill("sure_000000000000_" + "x".repeat(43));
  await page.getByRole("button", { name: "Use this key" }).click();
  await expect(page.getByRole("dialog").locator("[aria-invalid]")).toBeVisible();
  // As some programs copy it, with a space of no width.
  await page.getByLabel("API key").fill(`${key}\u200b`);
  await page.getByRole("button", { name: "Use this key" }).click();
  await expect(page.getByText("A character in it is in no key")).toBeVisible();
  await page.getByLabel("API key").fill(key);
  await page.getByRole("button", { name: "Use this key" }).click();
  await expect(page.getByRole("banner").getByRole("button", { name: "development" })).toBeVisible();

  await page.getByLabel("Amount (USD)").fill("10");
  await page.getByRole("button", { name: "Get a quote" }).click();
  await expect(page.getByText(/coverage_amount must be 100/)).toBeVisible();

  // 180,000 × (0.015 × 1.1 + 0.0005) × 90 / 365 = 754.52
  await page.getByLabel("Amount (USD)").fill("180000");
  await page.getByLabel("Duration (days)").fill("90");
  await (await offer(page, "Buy for $754.52")).click();

  await expect(page).toHaveURL(/\/policies\/[0-9a-f-]{36}$/);
  await expect(page.getByRole("region", { name: "Life" })).toContainText("$180,000.00");
  await expect(page.getByRole("region", { name: "Life" })).toContainText("Active");

  // Larger than any of the demonstration book, so it leads the ranking as soon as it is known there.
  await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Overview" }).click();
  await expect(page.getByRole("list", { name: "Products with the most active cover" })).toContainText("Smart contract · Base · PYUSD");
});

test("nothing else is chosen while something is bought, and what was bought is shown at once", async ({ page }) => {
  await withKey(page);
  await page.goto("/cover?type=depeg&chain=Base&coin=LUSD");
  const cell = page.getByRole("grid").getByRole("button").first();
  await expect(cell).toBeEnabled();
  const buy = await offer(page);
  const letGo = await hold(page, "POST", "**/api/v2/policies");
  // Nobody waits for the figures that follow from it.
  await hold(page, "GET", "**/api/v2/capacity");
  await buy.click();
  await expect(page.getByRole("button", { name: "Quote again" })).toBeDisabled();
  await expect(page.getByLabel("Amount (USD)")).toBeDisabled();
  await expect(cell).toBeDisabled();
  letGo();
  await expect(page).toHaveURL(/\/policies\/[0-9a-f-]{36}$/);
  await page.unrouteAll({ behavior: "ignoreErrors" });
});

test("what is being bought stays chosen, and who has gone elsewhere stays there", async ({ page }) => {
  await withKey(page);
  const links = page.getByRole("navigation", { name: "Pages" });
  await page.goto("/cover?type=depeg&chain=Base&coin=LUSD");
  let buy = await offer(page);
  await page.route("**/api/v2/policies", (route) => (route.request().method() === "POST" ? route.abort() : route.fallback()), { times: 1 });
  let letGo = await hold(page, "POST", "**/api/v2/policies");
  await buy.click();
  await expect(page.getByLabel("Amount (USD)")).toBeDisabled();
  await links.getByRole("link", { name: "Quote and buy" }).click();
  await expect(page).toHaveURL(/type=depeg&chain=Base&coin=LUSD/);
  await expect(page.getByLabel("Amount (USD)")).toBeDisabled();
  letGo();
  // What became of it is said beside what it was about.
  await expect(page.getByText("It may have been bought all the same.")).toBeVisible();
  await expect(page.getByRole("region", { name: "Quote", exact: true }).getByLabel("Chain")).toHaveValue("Base");
  await page.unrouteAll({ behavior: "ignoreErrors" });

  await page.goto("/cover?type=depeg&chain=Base&coin=LUSD");
  buy = await offer(page);
  letGo = await hold(page, "POST", "**/api/v2/policies");
  await buy.click();
  await expect(page.getByLabel("Amount (USD)")).toBeDisabled();
  await links.getByRole("link", { name: "Capital" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Capital" })).toBeVisible();
  // The figures that follow from it are read anew once it is known here.
  const bought = page.waitForResponse("**/api/v2/tranches/apy");
  letGo();
  await (await bought).finished();
  await expect(page).toHaveURL(/\/capital$/);
  await page.unrouteAll({ behavior: "ignoreErrors" });
});

test("a purchase whose answer was lost is asked for again, also when its quote has run out", async ({ page }) => {
  await withKey(page);
  await page.goto("/cover?type=depeg&chain=Base&coin=LUSD");
  await page.route("**/api/v2/quote/multi-dimensional", async (route) => {
    const answer = await route.fetch();
    const quote = (await answer.json()) as { timestamp: number };
    await route.fulfill({ response: answer, json: { ...quote, expires_at: quote.timestamp + 5 } });
  });
  const bought: string[] = [];
  await page.route("**/api/v2/policies", async (route) => {
    if (route.request().method() !== "POST") return route.fallback();
    const answer = await route.fetch();
    bought.push(((await answer.json()) as { policy_id: string }).policy_id);
    return bought.length === 1 ? route.abort() : route.fulfill({ response: answer });
  });
  const buy = await offer(page);
  await buy.click();
  await expect(page.getByText("It may have been bought all the same.")).toBeVisible();
  await expect(page.getByText("This quote has run out.")).toBeVisible();
  await buy.click();
  await expect(page).toHaveURL(/\/policies\/[0-9a-f-]{36}$/);
  expect(bought).toHaveLength(2);
  expect(page.url()).toContain(bought[0]);
  expect(new Set(bought).size).toBe(1);
  await page.unrouteAll({ behavior: "ignoreErrors" });
});

test("somebody deposits, sees it, and withdraws", async ({ page }) => {
  await withKey(page);
  await page.goto("/capital");
  const form = page.getByRole("region", { name: "Deposit and withdraw" });
  const account = page.getByRole("region", { name: "Account" });
  // An account of its own: others deposit and withdraw too.
  const worth = account.getByRole("definition").first();
  await expect(worth).toHaveText(/^\$[\d,]+\.\d\d$/);
  const before = await amountOf(worth);

  await form.getByLabel("Tranche").selectOption("SURE_MEZZ");
  await form.getByLabel("Amount (USD)").fill("2500");
  await expect(form.getByText(/^Mints/)).toBeVisible();
  await expect(form.getByRole("row", { name: /LTV of the pool/ })).toBeVisible();
  await form.getByRole("button", { name: "Deposit $2,500.00" }).click();
  await expect(form.getByText(/^Deposited \$2,500\.00/)).toBeVisible();
  await expect.poll(() => amountOf(worth)).toBeGreaterThan(before + 2_400);

  await form.getByRole("radio", { name: "Withdraw" }).click();
  await form.getByLabel("Amount (USD)").fill("2000");
  await expect(form.getByText(/^Burns/)).toBeVisible();
  await form.getByRole("button", { name: "Withdraw $2,000.00" }).click();
  await expect(form.getByText(/^Withdrew \$2,000\.00/)).toBeVisible();

  await page.getByRole("button", { name: "Check the ledger" }).click();
  await expect(page.getByText("Every balance is what the journal says")).toBeVisible();
  await expect(page.getByRole("region", { name: "Journal entries, newest first" })).toContainText("capital:SURE_MEZZ");
});

/** Somebody new, with a key of their own, deposits $100.01 in the mezzanine; the form they did it with. */
async function depositsAs(subject: string, page: Page, request: APIRequestContext) {
  const made = await request.post("/api/v2/admin/api-keys", { headers: asOperator, data: { subject, scopes: ["read", "write"] } });
  await withKey(page, ((await made.json()) as { key: string }).key);
  await page.goto("/capital");
  const form = page.getByRole("region", { name: "Deposit and withdraw" });
  await form.getByLabel("Tranche").selectOption("SURE_MEZZ");
  await form.getByLabel("Amount (USD)").fill("100.01");
  await form.getByRole("button", { name: "Deposit $100.01" }).click();
  await expect(form.getByText(/^Deposited \$100\.01/)).toBeVisible();
  return form;
}

test("who withdraws all shares leaves nothing behind", async ({ page, request }) => {
  const form = await depositsAs("leaver", page, request);
  await form.getByRole("radio", { name: "Withdraw" }).click();
  await form.getByRole("radio", { name: "All shares" }).click();
  await expect(form.getByText(/^Burns .* for leaver and pays \$100\.\d\d$/)).toBeVisible();
  await form.getByRole("button", { name: "Withdraw all shares" }).click();
  await expect(form.getByText(/^Withdrew \$100\.\d\d/)).toBeVisible();
  await expect(form.getByText("You hold no shares of Mezzanine.")).toBeVisible();
  await expect(form.getByRole("button", { name: "Withdraw all shares" })).toBeDisabled();
  const left = (await (await request.get("/api/v2/vault/accounts?account=leaver", { headers: asOperator })).json()) as { tranches: { tranche_id: string; shares: string }[] };
  expect(left.tranches.find((held) => held.tranche_id === "SURE_MEZZ")?.shares).toBe("0.000000000000000000");
});

test("a withdrawal whose answer was lost is asked for again, though nothing is left to withdraw", async ({ page, request }) => {
  const form = await depositsAs("unlucky", page, request);
  // Booked, and the answer lost; then not let in; then answered.
  const answers: string[] = [];
  await page.route("**/api/v2/vault/withdraw", async (route) => {
    if (answers.length === 1) {
      answers.push("too many");
      return route.fulfill({ status: 429, json: { error: "Too many requests.", status: 429 } });
    }
    const answer = await route.fetch();
    answers.push(((await answer.json()) as { entry: { entry_id: string } }).entry.entry_id);
    await (answers.length === 1 ? route.abort() : route.fulfill({ response: answer }));
  });
  await form.getByRole("radio", { name: "Withdraw" }).click();
  await form.getByRole("radio", { name: "All shares" }).click();
  const withdraw = form.getByRole("button", { name: "Withdraw all shares" });
  await withdraw.click();
  const open = form.getByText("It may have been booked all the same.");
  await expect(form.getByText("The platform cannot be reached.")).toBeVisible();
  await expect(open).toBeVisible();
  await withdraw.click();
  await expect(form.getByText("Too many requests.")).toBeVisible();
  await expect(open).toBeVisible();
  await withdraw.click();
  await expect(form.getByText(/\$100\.\d\d: .* shares of Mezzanine/)).toBeVisible();
  expect(answers).toHaveLength(3);
  expect(answers[2]).toBe(answers[0]);
  await expect(form.getByText("You hold no shares of Mezzanine.")).toBeVisible();
  await page.unrouteAll({ behavior: "ignoreErrors" });
});

test("all shares are not withdrawn by an account that could not be read", async ({ page }) => {
  await page.route("**/api/v2/vault/accounts*", (route) => route.abort());
  await withKey(page);
  await page.goto("/capital");
  const form = page.getByRole("region", { name: "Deposit and withdraw" });
  await form.getByRole("radio", { name: "Withdraw" }).click();
  await form.getByRole("radio", { name: "All shares" }).click();
  await expect(form.getByText("Your shares not known: The platform cannot be reached.")).toBeVisible();
  await expect(form.getByRole("button", { name: "Withdraw all shares" })).toBeDisabled();
  await page.unrouteAll({ behavior: "ignoreErrors" });
});

test("a double click books once, however soon the first click is answered", async ({ page }) => {
  await withKey(page);
  await page.goto("/capital");
  const form = page.getByRole("region", { name: "Deposit and withdraw" });
  let deposits = 0;
  page.on("request", (sent) => { if (sent.url().endsWith("/vault/deposit")) deposits += 1; });
  await form.getByLabel("Amount (USD)").fill("123.45");
  await expect(form.getByText(/^Mints/)).toBeVisible();
  const deposit = form.getByRole("button", { name: "Deposit $123.45" });
  await doubleClick(deposit, "Deposited $123.45");
  await expect(form.getByText(/^Deposited \$123\.45/)).toBeVisible();
  expect(deposits).toBe(1);
  // Who wants another, later, books another.
  await expect(async () => {
    if (deposits < 2) await deposit.click({ timeout: 500 });
    await expect.poll(() => deposits, { timeout: 5_000 }).toBe(2);
  }).toPass();
});

test("a deposit whose answer was lost is sent again as the same", async ({ page }) => {
  await withKey(page);
  const form = page.getByRole("region", { name: "Deposit and withdraw" });
  const entries: string[] = [];
  await page.route("**/api/v2/vault/deposit", async (route) => {
    const answer = await route.fetch();
    entries.push(((await answer.json()) as { entry: { entry_id: string } }).entry.entry_id);
    // Of each deposit the first answer is lost.
    await (entries.indexOf(entries.at(-1) ?? "") === entries.length - 1 ? route.abort() : route.fulfill({ response: answer }));
  });
  // It is asked for again some time later by the platform's clock: within a moment it would be told as booked now.
  await page.route("**/api/v2/vault/preview", async (route) => {
    const answer = await route.fetch();
    const preview = (await answer.json()) as { timestamp: number };
    await route.fulfill({ response: answer, json: { ...preview, timestamp: preview.timestamp + 60 } });
  });
  const amount = form.getByLabel("Amount (USD)");
  const deposit = form.getByRole("button", { name: "Deposit $1,234.56" });
  const between = [() => amount.fill("1234"), () => page.reload()];
  for (const [before, look] of between.entries()) {
    await page.goto("/capital");
    await amount.fill("1234.56");
    await deposit.click();
    await expect(form.getByText("The platform cannot be reached.")).toBeVisible();
    await look();
    await amount.fill("1234.56");
    await deposit.click();
    await expect(form.getByText(/^This was booked already at .*; nothing new was done\. Press again for another\. Deposited then \$1,234\.56: /)).toBeVisible();
    expect(entries).toHaveLength(2 * (before + 1));
    expect(new Set(entries).size).toBe(before + 1);
  }
  await page.unrouteAll({ behavior: "ignoreErrors" });
});

test("what is foreseen is of the terms and the amount that are typed, or is not shown", async ({ page }) => {
  await withKey(page);
  await page.goto("/cover");
  const backtest = page.getByRole("region", { name: "What these terms would have paid" });
  await expect(backtest.getByRole("figure")).toBeVisible();
  const trigger = page.getByLabel("Trigger (peg ratio)");
  await trigger.fill("");
  await expect(backtest).toContainText("The terms are not complete");
  await expect(backtest.getByRole("figure")).toHaveCount(0);
  const answerBacktest = await hold(page, "POST", "**/api/v2/claims/backtest");
  const asked = page.waitForRequest("**/api/v2/claims/backtest");
  await trigger.fill("0.96");
  await backtest.getByLabel("Event").selectOption({ index: 1 });
  await asked;
  await expect(backtest.getByRole("status", { name: "Loading" })).toBeVisible();
  await expect(backtest.getByRole("figure")).toHaveCount(0);
  answerBacktest();
  await expect(backtest.getByRole("figure")).toBeVisible();

  await page.goto("/capital");
  const form = page.getByRole("region", { name: "Deposit and withdraw" });
  await expect(form.getByText(/^Mints/)).toBeVisible();
  const answerPreview = await hold(page, "POST", "**/api/v2/vault/preview");
  await form.getByLabel("Amount (USD)").fill("100000");
  await expect(form.getByRole("button", { name: "Deposit $100,000.00" })).toBeVisible();
  await expect(form.getByText(/^Mints/)).toHaveCount(0);
  answerPreview();
  await expect(form.getByText(/^Mints/)).toBeVisible();
  await page.unrouteAll({ behavior: "ignoreErrors" });
});

test("what was typed stays when another product is chosen, and so does the focus", async ({ page }) => {
  await page.goto("/cover");
  await page.getByLabel("Duration (days)").fill("30");
  await page.getByLabel("Pricing").selectOption("dynamic");
  const chain = page.getByRole("region", { name: "Quote", exact: true }).getByLabel("Chain");
  await chain.focus();
  await chain.selectOption("Base");
  await expect(page).toHaveURL(/chain=Base/);
  await expect(chain).toBeFocused();
  await expect(page.getByLabel("Duration (days)")).toHaveValue("30");
  await expect(page.getByLabel("Pricing")).toHaveValue("dynamic");
  await page.getByRole("button", { name: "Get a quote" }).click();
  await expect(page.getByText("the platform sells at standard prices")).toBeVisible();
  // A price of another product is none of this.
  await chain.selectOption("Polygon");
  await expect(page.getByRole("region", { name: "The quote" })).toHaveCount(0);
});

test("everything that leads to a quote works with the keyboard alone", async ({ page }) => {
  await page.goto("/");
  await isLive(page);
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to the content" })).toBeFocused();
  const toCover = page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Quote and buy" });
  for (let i = 0; i < 12 && !(await toCover.evaluate((link) => link === document.activeElement)); i++) await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Quote and buy" })).toBeFocused();

  const cells = page.getByRole("grid").getByRole("button");
  await expect(cells.first()).toBeVisible();
  for (let i = 0; i < 12 && !(await page.evaluate(() => document.activeElement?.closest('[role="grid"]') !== null)); i++) await page.keyboard.press("Tab");
  // From USDC on Ethereum two coins down and three chains across.
  for (const press of ["ArrowDown", "ArrowDown", "ArrowRight", "ArrowRight", "ArrowRight"]) await page.keyboard.press(press);
  await expect(page.getByRole("button", { name: /^Depeg, Polygon, USDP: 0\.97 % a year/ })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/type=depeg&chain=Polygon&coin=USDP/);

  const get = page.getByRole("button", { name: "Get a quote" });
  for (let i = 0; i < 20 && !(await get.evaluate((button) => button === document.activeElement)); i++) await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  // 10,000 × (0.008 × 1.2 + 0.0001) × 90 / 365 = 23.92
  await expect(page.getByRole("region", { name: "The quote" })).toContainText("$23.92");
  await expect(page.getByRole("button", { name: "Quote again" })).toBeFocused();
});

const amountOf = async (figure: { textContent: () => Promise<string | null> }) => Number((await figure.textContent())?.replaceAll(/[$,]/g, ""));
