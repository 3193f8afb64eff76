import { asOperator, buy, deliberately, doubleClick, expect, hold, test, withKey } from "./support";

test("a holder asks for a decision, and the browser verifies what it rests on", async ({ page }) => {
  const policy = await buy(page.request, { coverage_type: "depeg", chain: "Arbitrum", stablecoin: "LUSD" });
  await withKey(page);
  await page.goto(`/policies/${policy}`);
  const claims = page.getByRole("region", { name: "Claims and evidence" });
  const filed: string[] = [];
  page.on("request", (sent) => { if (sent.method() === "POST" && sent.url().endsWith("/api/v2/claims")) filed.push(sent.url()); });
  const ask = claims.getByRole("button", { name: "Ask for a decision" });
  await ask.focus();
  // Its rest asks for no second decision, and the focus is not lost with the first.
  await doubleClick(ask, "Refused");
  await expect(claims).toContainText("Refused");
  await expect(ask).toBeFocused();
  expect(filed).toHaveLength(1);
  await claims.getByRole("link").click();

  const verification = page.getByRole("region", { name: "Verification" });
  await expect(verification.getByText("Verified.", { exact: true })).toBeVisible();
  await expect(verification.getByRole("listitem").filter({ hasText: ": yes" })).toHaveCount(4);
  const kept = page.waitForEvent("download");
  await verification.getByRole("button", { name: "Keep the evidence" }).click();
  expect((await kept).suggestedFilename()).toMatch(/^evidence-\d+\.json$/);

  // Somebody between the platform and this page pays more than was decided.
  await page.route("**/api/v2/claims/*/evidence", async (route) => {
    const answer = await route.fetch();
    const bundle = (await answer.json()) as { body: { policy: { coverage_amount: string } } };
    bundle.body.policy.coverage_amount = "9000000";
    await route.fulfill({ response: answer, json: bundle });
  });
  await page.reload();
  await expect(verification.getByRole("alert")).toContainText("Not verified.");
  await expect(verification.getByRole("listitem").filter({ hasText: "The hash is that of this content" })).toContainText(": no");
  await expect(verification.getByRole("listitem").filter({ hasText: ": yes" })).toHaveCount(3);
  // The page may ask once more, and nobody waits for that answer.
  await page.unrouteAll({ behavior: "ignoreErrors" });
});

test("everybody sees the published chain, and whether a link was changed", async ({ page, decision }) => {
  expect(decision.claim_id).toMatch(/^[0-9a-f-]{36}$/);
  await page.goto("/claims");
  const chain = page.getByRole("region", { name: "Evidence chain" });
  await expect(chain).toContainText("Checked here.");
  await page.route("**/api/v2/claims/evidence-chain*", async (route) => {
    const answer = await route.fetch();
    const links = (await answer.json()) as { items: { previous_hash: string }[] };
    const first = links.items[0];
    if (first) first.previous_hash = "f".repeat(64);
    await route.fulfill({ response: answer, json: links });
  });
  await page.reload();
  await expect(chain.getByRole("alert")).toContainText("The chain is broken. Decision 1 is not built on the beginning as it is published.");
  await page.unrouteAll({ behavior: "ignoreErrors" });
});

test("what an operator records as an incident, the same operator cannot confirm", async ({ page }) => {
  await withKey(page);
  await page.goto("/claims");
  const form = page.getByRole("region", { name: "Record an incident" });
  await form.getByLabel("Chain").selectOption("Polygon");
  await form.getByLabel("Stablecoin").selectOption("crvUSD");
  await form.getByRole("button", { name: "Record it" }).click();
  await expect(form.locator("[aria-invalid=true]")).toHaveCount(3);
  await form.getByLabel("Occurred").fill("2026-01-02T03:04");
  await form.getByLabel("Evidence").fill("https://example.org/report");
  await form.getByLabel("Loss (%)").fill("25");
  const letGo = await hold(page, "POST", "**/api/v2/incidents");
  await form.getByRole("button", { name: "Record it" }).click();
  // What would be typed now would be about the next one, and be lost with this one.
  await expect(form.getByLabel("Evidence")).toBeDisabled();
  letGo();
  const recorded = form.getByText("Recorded. Nothing of it is sold until it is decided.");
  await expect(recorded).toBeVisible();
  await expect(form.getByLabel("Evidence")).toHaveValue("");
  // The next one is another, refused or not yet asked for.
  await deliberately(form.getByRole("button", { name: "Record it" }), () => expect(form.locator("[aria-invalid=true]")).toHaveCount(3, { timeout: 500 }));
  await expect(recorded).toHaveCount(0);

  const incidents = page.getByRole("region", { name: "Incidents, newest first" });
  await incidents.getByRole("button", { name: "Smart contract · Polygon · crvUSD" }).first().click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("another operator must confirm it");
  await expect(dialog.getByRole("button", { name: /Confirm/ })).toHaveCount(0);
  await dialog.getByRole("button", { name: "Dismiss it…" }).click();
  await deliberately(dialog.getByRole("button", { name: "Dismiss: sales go on" }), () => expect(dialog).toContainText("Dismissed", { timeout: 1_000 }));
});

test("who records an incident with the keyboard is where they were after a failure", async ({ page }) => {
  await withKey(page);
  await page.goto("/claims");
  const form = page.getByRole("region", { name: "Record an incident" });
  await page.route("**/api/v2/incidents", (route) => (route.request().method() === "POST" ? route.abort() : route.fallback()));
  const letGo = await hold(page, "POST", "**/api/v2/incidents");
  await form.getByLabel("Occurred").fill("2026-01-02T03:04");
  await form.getByLabel("Loss (%)").fill("25");
  const evidence = form.getByLabel("Evidence");
  await evidence.fill("https://example.org/report");
  await evidence.press("Enter");
  await expect(evidence).toBeDisabled();
  await expect(evidence).not.toBeFocused();
  letGo();
  await expect(form.getByText("The platform cannot be reached.")).toBeVisible();
  await expect(evidence).toBeFocused();
  await page.unrouteAll({ behavior: "ignoreErrors" });
});

test("a double click records an incident and says so", async ({ page }) => {
  await withKey(page);
  await page.goto("/claims");
  const form = page.getByRole("region", { name: "Record an incident" });
  let sent = 0;
  // Recorded as far as this page knows: nothing that is sold elsewhere waits for it.
  await page.route("**/api/v2/incidents", async (route) => {
    if (route.request().method() !== "POST") return route.fallback();
    sent += 1;
    await route.fulfill({ status: 201, json: {} });
  });
  await form.getByLabel("Occurred").fill("2026-01-02T03:04");
  await form.getByLabel("Evidence").fill("https://example.org/report");
  await form.getByLabel("Loss (%)").fill("25");
  await doubleClick(form.getByRole("button", { name: "Record it" }), "Recorded. Nothing of it is sold until it is decided.");
  await expect(form.getByText("Recorded. Nothing of it is sold until it is decided.")).toBeVisible();
  await expect(form.getByLabel("Evidence")).toHaveValue("");
  await expect(form.locator("[aria-invalid=true]")).toHaveCount(0);
  expect(sent).toBe(1);
  await page.unrouteAll({ behavior: "ignoreErrors" });
});

test("a double click confirms no incident and dismisses none", async ({ page, request }) => {
  const recorded = await request.post("/api/v2/incidents", {
    headers: asOperator,
    data: { coverage_type: "smart_contract", chain: "Polygon", stablecoin: "crvUSD", occurred_at: 1_767_614_400, evidence_url: "https://example.org/report", loss_fraction: 0.25 },
  });
  expect(recorded.ok(), await recorded.text()).toBe(true);
  const made = await request.post("/api/v2/admin/api-keys", { headers: asOperator, data: { subject: "second operator", scopes: ["read", "write", "admin"] } });
  await withKey(page, ((await made.json()) as { key: string }).key);
  await page.goto("/claims");
  await page.getByRole("region", { name: "Incidents, newest first" }).getByRole("button", { name: "Smart contract · Polygon · crvUSD" }).first().click();
  const dialog = page.getByRole("dialog");
  const decisions: string[] = [];
  page.on("request", (sent) => { if (/\/(confirm|dismiss)$/.test(sent.url())) decisions.push(sent.url()); });
  const ask = dialog.getByRole("button", { name: "Confirm it…" });
  await ask.dblclick();
  await expect(dialog.getByRole("alert")).toContainText("It cannot be taken back.");
  const cancel = dialog.getByRole("button", { name: "Cancel" });
  await expect(cancel).toBeFocused();
  await deliberately(cancel, () => expect(ask).toBeFocused({ timeout: 500 }));
  await dialog.getByRole("button", { name: "Dismiss it…" }).dblclick();
  await expect(dialog.getByRole("alert")).toContainText("It cannot be taken back: ");
  await expect(dialog).toContainText("Open");
  expect(decisions).toEqual([]);
  await deliberately(dialog.getByRole("button", { name: "Dismiss: sales go on" }), () => expect(dialog).toContainText("Dismissed", { timeout: 1_000 }));
  expect(decisions).toHaveLength(1);
});
