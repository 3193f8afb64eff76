import { asOperator, expect, test, withKey } from "./support";

test("operations show every part of the platform, whom it hears, and what was done on it", async ({ page, request }) => {
  await withKey(page);
  await page.goto("/operations");
  const health = (await (await request.get("/health")).json()) as { services: Record<string, { checks: Record<string, unknown> }> };
  const parts = page.getByRole("region", { name: "Services and what they depend on" });
  for (const [service, { checks }] of Object.entries(health.services)) {
    const part = parts.getByRole("listitem").filter({ has: page.getByText(service, { exact: true }) }).first();
    await expect(part).toContainText("Healthy");
    for (const check of Object.keys(checks)) await expect(part).toContainText(check);
  }

  await expect(page.getByRole("region", { name: "Circuit breaker" })).toContainText("Closed");
  // The platform of these tests is told an address of traces and no other.
  const telemetry = page.getByRole("region", { name: "Telemetry" });
  await expect(telemetry.getByRole("link")).toHaveCount(1);
  await expect(telemetry.getByRole("link", { name: /^Traces/ })).toHaveAttribute("href", "https://traces.example.org/");

  const sources = page.getByRole("region", { name: "Quality of the sources" });
  // Beside those of the simulated market there may be keepers of other tests.
  await expect(sources.getByRole("row").filter({ hasText: "sim-" })).toHaveCount(3);
  await sources.getByRole("button").filter({ hasText: "sim" }).first().click();
  // Nine bridges, fourteen coins, and what two of them are worth inside.
  await expect(page.getByRole("table", { name: /^Series of/ }).getByRole("row")).toHaveCount(1 + 25);

  const made = await request.post("/api/v2/admin/api-keys", { headers: asOperator, data: { subject: "reader", scopes: ["read"] } });
  expect(made.status(), await made.text()).toBe(201);
  const { details } = (await made.json()) as { details: { key_id: string } };
  await page.reload();
  await expect(page.getByRole("region", { name: "Audit trail, newest first" }).getByRole("row").filter({ hasText: details.key_id })).toContainText("development");
});
