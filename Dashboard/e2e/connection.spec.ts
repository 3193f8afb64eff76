import { expect, isLive, processesOf, test } from "./support";

test("the page says that the gateway is gone, and catches up by itself when it is back", async ({ page, request }) => {
  await page.goto("/");
  await isLive(page);
  const pool = page.getByRole("region", { name: "Pool" });
  await expect(pool).toContainText("active policies");
  const opened = await page.evaluate(() => performance.timeOrigin);

  for (const pid of processesOf("gateway")) process.kill(pid, "SIGKILL");
  await expect(page.getByRole("banner").getByRole("status")).not.toContainText("Live");
  // Figures stay in sight while nobody answers.
  await expect(pool).toContainText("active policies");

  await isLive(page);
  const served = (await (await request.get("/api/v2/pool")).json()) as { active_policies: number; timestamp: number };
  await expect(pool).toContainText(`${served.active_policies.toLocaleString("en-US")} active policies`);
  // Nothing was loaded anew: it is the same page.
  expect(await page.evaluate(() => performance.timeOrigin)).toBe(opened);
});

test("what happens comes over the real socket, snapshot first and nothing twice", async ({ page }) => {
  const frames: { type: string; channel?: string; offset?: number; snapshot?: boolean }[] = [];
  page.on("websocket", (socket) => socket.on("framereceived", (frame) => frames.push(JSON.parse(String(frame.payload)) as (typeof frames)[number])));
  await page.goto("/");
  await isLive(page);
  await expect.poll(() => frames.filter((f) => f.type === "subscribed").length).toBe(4);
  // Yields are told every two seconds here.
  await expect.poll(() => frames.some((f) => f.channel === "tranche_apy" && f.offset !== undefined && f.snapshot !== true && f.type !== "subscribed")).toBe(true);
  await expect(page.getByRole("region", { name: "As it happens" })).toContainText("Yields");
});
