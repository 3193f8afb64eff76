import { createBrowserRouter, type RouteObject } from "react-router";
import { Shell } from "./shell/Shell";
import { NotFound } from "./shell/NotFound";
import { PageFailure } from "./shell/PageFailure";

/** Every page is a chunk of its own: a visitor loads what they look at. The names in the bar are in shell/pages.ts. */
const pages: RouteObject[] = [
  { index: true, lazy: async () => ({ Component: (await import("@/features/overview/OverviewPage")).OverviewPage }) },
  { path: "cover", lazy: async () => ({ Component: (await import("@/features/cover/CoverPage")).CoverPage }) },
  { path: "policies", lazy: async () => ({ Component: (await import("@/features/policies/PoliciesPage")).PoliciesPage }) },
  { path: "policies/:policyId", lazy: async () => ({ Component: (await import("@/features/policies/PolicyPage")).PolicyPage }) },
  { path: "capital", lazy: async () => ({ Component: (await import("@/features/capital/CapitalPage")).CapitalPage }) },
  { path: "risk", lazy: async () => ({ Component: (await import("@/features/risk/RiskPage")).RiskPage }) },
  { path: "bridges", lazy: async () => ({ Component: (await import("@/features/bridges/BridgesPage")).BridgesPage }) },
  { path: "claims", lazy: async () => ({ Component: (await import("@/features/claims/ClaimsPage")).ClaimsPage }) },
  { path: "claims/:claimId", lazy: async () => ({ Component: (await import("@/features/claims/ClaimPage")).ClaimPage }) },
  { path: "analytics", lazy: async () => ({ Component: (await import("@/features/analytics/AnalyticsPage")).AnalyticsPage }) },
  { path: "operations", lazy: async () => ({ Component: (await import("@/features/ops/OpsPage")).OpsPage }) },
];

export const router = createBrowserRouter([
  {
    Component: Shell,
    HydrateFallback: () => null,
    children: [{ ErrorBoundary: PageFailure, children: [...pages, { path: "*", Component: NotFound }] }],
  },
]);
