import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** Where `npm run dev` finds a running platform. */
const platform = process.env["SURE_GATEWAY"] ?? "http://localhost:8080";

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    target: "es2022",
    // The policy of the pages allows no data: URL for fonts and scripts, so nothing is inlined.
    assetsInlineLimit: 0,
    manifest: true,
    rollupOptions: {
      output: {
        // What changes rarely is cached apart from what changes with every release.
        manualChunks: { framework: ["react", "react-dom", "react-dom/client", "react-router", "@tanstack/react-query"] },
      },
    },
  },
  server: {
    port: 5173,
    proxy: {
      "/api": platform,
      "/health": platform,
      "/links.json": platform,
      "/openapi": platform,
      "/ws": { target: platform, ws: true },
    },
  },
});
