import { expect, test } from "vitest";
import type { Page, Region } from "../src/api/types";
import { renderPage } from "../src/markdown/render";
import { region } from "./regions";

const page = (markdown: string, regions: Region[] = []): Page =>
  ({ number: 1, status: "completed", width: 1000, height: 1400, reader: "vlm", markdown, regions }) as Page;

const text = (markdown: string): string =>
  renderPage(page(markdown))
    .map((block) => block.content.textContent)
    .join("|");

test("each paragraph, heading and table is a block", () => {
  expect(text("# Title\n\nA paragraph\nof two lines.\n\n| a | b |\n| --- | --- |\n| 1 | 2 |")).toMatch(
    /^Title\s*\|A paragraph\s+of two lines\.\s*\|/,
  );
});

test("the items of a list carry their regions themselves", () => {
  const regions = [region({ content: "- one", order: 0 }), region({ content: "- two", order: 1 })];
  const [list] = renderPage(page("- one\n- two", regions));
  expect(list?.byItem).toBe(true);
  expect([...(list?.content.querySelectorAll("li") ?? [])].map((item) => item.dataset.regions)).toEqual(["0", "1"]);
});

test("a comment that stands for a missing region is not shown, the region is", () => {
  const failure = { code: "recognition_failed", message: "", stage: "recognition" } as const;
  const blocks = renderPage(
    page("above\n\n<!-- text not read: x -->", [
      region({ content: "above", order: 0 }),
      region({ error: failure, order: 1 }),
    ]),
  );
  expect(blocks.map((block) => block.kind)).toEqual(["content", "missing"]);
});

test("numbers in the cells of a table are marked, words are not", () => {
  const [block] = renderPage(
    page("<table><tr><td>84 500,00</td><td>−3.5 %</td><td>Итого</td><td>12 Main St</td></tr></table>"),
  );
  const cells = [...(block?.content.querySelectorAll("td") ?? [])];
  expect(cells.map((cell) => cell.className)).toEqual(["number", "number", "", ""]);
});

test("a formula becomes MathML, and one that cannot be drawn stays as its source", () => {
  expect(renderPage(page("$E = mc^2$"))[0]?.content.querySelector("math")).not.toBeNull();
  const broken = renderPage(page("$\\frac{$"))[0]?.content.querySelector(".broken");
  expect(broken?.textContent).toBe("\\frac{");
});

test("prices in cells are no formulas, formulas between them are", () => {
  const [block] = renderPage(page("<table><tr><td>$5 and $6</td><td>$1,200.50 $ ^{1} $</td></tr></table>"));
  const cells = [...(block?.content.querySelectorAll("td") ?? [])];
  expect(cells[0]?.textContent).toBe("$5 and $6");
  expect(cells[1]?.querySelectorAll("math")).toHaveLength(1);
});

test("formulas with spaces within their signs are formulas, escaped prices are not", () => {
  const [block] = renderPage(page("costs \\$5, where $ x^2 $ is"));
  expect(block?.content.querySelectorAll("math")).toHaveLength(1);
  expect(block?.content.textContent).toContain("costs $5, where");
});
