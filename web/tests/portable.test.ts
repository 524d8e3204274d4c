import { expect, test } from "vitest";
import { portableHtml, tableText } from "../src/markdown/portable";
import { renderMarkdown } from "../src/markdown/render";

const copied = (markdown: string): string => portableHtml([renderMarkdown(markdown)]);

test("headings, lists and tables are plain elements without classes", () => {
  expect(copied("# Title\n\n- one\n- two")).toMatch(
    /^<h1>Title<\/h1>\s*<ul>\s*<li>one<\/li>\s*<li>two<\/li>\s*<\/ul>\s*$/,
  );
});

test("tables have borders, merged cells, and numbers on the right", () => {
  const html = copied('<table><tr><td rowspan="2">a</td><td>84 500,00</td></tr><tr><td>$1,200.50</td></tr></table>');
  expect(html).toContain('border="1"');
  expect(html).toContain('rowspan="2"');
  expect(html).toContain('<td align="right">84 500,00</td>');
  expect(html).toContain('<td align="right">$1,200.50</td>');
  expect(html).not.toMatch(/class=|tabindex|aria-|<div/);
});

test("a formula is MathML", () => {
  expect(copied("where $x^2$ is")).toMatch(/<math[^>]*>.*<msup>/s);
});

test("a figure that is not drawn is its description", () => {
  expect(copied("![A chart](images/p0001_r00_chart.jpg)")).toContain("[A chart]");
});

test("a table as text has tabs between its cells and room for merged ones", () => {
  const table = document.createElement("table");
  for (const cells of [
    [
      ["a", 1, 2],
      ["b", 2, 1],
    ],
    [
      ["c", 1, 1],
      ["d", 1, 1],
      ["e", 1, 1],
    ],
    [["f", 1, 1]],
  ] as const) {
    const row = table.insertRow();
    for (const [text, columns, rows] of cells) {
      const cell = row.insertCell();
      cell.textContent = text;
      cell.colSpan = columns;
      cell.rowSpan = rows;
    }
  }
  expect(tableText(table)).toBe("a\tb\t\n\tc\td\te\nf");
});
