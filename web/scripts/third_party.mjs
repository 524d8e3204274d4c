// Writes THIRD_PARTY.md beside the built files: the packages whose code or fonts are in them, with their licences.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";

const lock = JSON.parse(readFileSync("package-lock.json", "utf8"));
const bundled = Object.entries(lock.packages).filter(([path, { dev }]) => path && !dev && !path.includes("@types/"));

const parts = bundled.map(([path]) => {
  const { name, version, license } = JSON.parse(readFileSync(`${path}/package.json`, "utf8"));
  const file = readdirSync(path).find((other) => /^(licen[cs]e|copying)/i.test(other));
  const text = file ? readFileSync(`${path}/${file}`, "utf8").replaceAll("\r\n", "\n").trim() : "";
  return { name, version, license, text };
});

const rows = parts.map(({ name, version, license }) => `| ${name} | ${version} | ${license} |`);
const texts = parts.map(({ name, text }) => `## ${name}\n\n\`\`\`text\n${text}\n\`\`\`\n`);
const page = [
  "# Software and fonts in the web page",
  "Written by `make web`.",
  ["| package | version | licence |", "|---|---|---|", ...rows].join("\n"),
  ...texts,
].join("\n\n");

writeFileSync("../ocr_service/web_static/THIRD_PARTY.md", page);
