// Quotes for standard cover as the domain computes them, validated, with their product's hash, and kept nowhere. Port as argument.
import { createHash, randomUUID } from "node:crypto";
import Fastify from "fastify";

const baseRates = { depeg: 0.008, smart_contract: 0.015, oracle: 0.012, bridge: 0.02, cex_liquidation: 0.025 };
const chains = { Bitcoin: 0.9, Ethereum: 1, TON: 1, Arbitrum: 1.1, Base: 1.1, Optimism: 1.1, Polygon: 1.2, Lightning: 1.3, Solana: 1.4 };
const coins = {
  USDC: 0, USDP: 0.0001, DAI: 0.0002, FRAX: 0.0003, LUSD: 0.0003, GHO: 0.0004, USDT: 0.0005, PYUSD: 0.0005,
  crvUSD: 0.0006, mkUSD: 0.0007, USDY: 0.0008, BUSD: 0.001, USDe: 0.0015, sUSDe: 0.002,
};
const year = 365;

const body = {
  type: "object",
  additionalProperties: false,
  required: ["coverage_type", "chain", "stablecoin", "coverage_amount", "duration_days"],
  properties: {
    coverage_type: { enum: Object.keys(baseRates) },
    chain: { enum: Object.keys(chains) },
    stablecoin: { enum: Object.keys(coins) },
    coverage_amount: { type: "number", minimum: 100, maximum: 10_000_000 },
    duration_days: { type: "integer", minimum: 1, maximum: 365 },
  },
};

const app = Fastify({ logger: false });
app.post("/api/v2/quote/multi-dimensional", { schema: { body } }, (request) => {
  const { coverage_type, chain, stablecoin, coverage_amount, duration_days } = request.body;
  const base_rate = baseRates[coverage_type];
  const chain_multiplier = chains[chain];
  const stablecoin_adjustment = coins[stablecoin];
  const total_rate = base_rate * chain_multiplier + stablecoin_adjustment;
  const computed = Math.round(coverage_amount * total_rate * duration_days / year * 100) / 100;
  const now = Date.now() / 1000;
  return {
    quote_id: randomUUID(),
    premium: Math.max(1, computed),
    breakdown: {
      base_rate,
      chain_multiplier,
      stablecoin_adjustment,
      total_rate,
      coverage_amount,
      duration_days,
      pricing: "standard",
      terms: { trigger_price: 0.97, floor_price: 0.9, dwell_hours: 4 },
      loads: [],
      minimum_applied: computed < 1,
      stale_inputs: [],
    },
    bindable: false,
    product_hash: `0x${createHash("sha256").update(`${coverage_type}_${chain}_${stablecoin}`).digest("hex")}`,
    coverage_type,
    chain,
    stablecoin,
    expires_at: now + 300,
    timestamp: now,
  };
});
await app.listen({ port: Number(process.argv[2]), host: "127.0.0.1", backlog: 4096 });
