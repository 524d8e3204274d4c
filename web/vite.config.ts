import { defineConfig } from "vitest/config";

// The page is served by the app from any prefix, so every address in it is relative. `npm run dev` passes calls on to a
// service at OCR_SERVICE (http://127.0.0.1:8081 without).
const service = process.env.OCR_SERVICE ?? "http://127.0.0.1:8081";

export default defineConfig({
  base: "./",
  server: { proxy: { "/jobs": service, "/health": service, "/docs": service } },
  build: {
    outDir: "../ocr_service/web_static",
    emptyOutDir: true,
    assetsDir: "assets",
    assetsInlineLimit: 0, // the content security policy allows no data: fonts
    target: "baseline-widely-available",
    license: false,
  },
  test: { include: ["tests/**/*.test.ts"], environment: "happy-dom", setupFiles: "tests/setup.ts", isolate: false },
});
