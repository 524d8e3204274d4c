import { expect, test } from "vitest";
import { safeDom } from "../src/markdown/safe-dom";

function html(source: string): string {
  const place = document.createElement("div");
  place.append(safeDom(source));
  return place.innerHTML;
}

test("tables keep their cells and spans", () => {
  const table = '<table><tr><td colspan="3" rowspan="2">a</td><th>b</th></tr></table>';
  expect(html(table)).toBe(table);
});

test("attributes that are not listed are left out", () => {
  expect(html('<td onclick="steal()" style="color:red" class="x" id="y" colspan="2">a</td>')).toBe(
    '<td colspan="2">a</td>',
  );
});

test.each([
  "<script>alert(1)</script>",
  "<style>body{display:none}</style>",
  "<iframe src='https://evil.example'>x</iframe>",
  "<svg><script>alert(1)</script></svg>",
  "<math><mtext>x</mtext></math>",
  "<template><p>x</p></template>",
  "<!-- a comment -->",
  "<!doctype html>",
])("nothing is left of %s", (source) => {
  expect(html(source)).toBe("");
});

test("the content of other unknown elements is kept", () => {
  expect(html("<form><article>text <blink>here</blink></article></form>")).toBe("text here");
});

test.each([
  ["https://example.org/a", true],
  ["http://example.org", true],
  ["mailto:a@example.org", true],
  ["javascript:alert(1)", false],
  [" javascript:alert(1)", false],
  ["data:text/html,x", false],
  ["//example.org", false],
  ["/jobs", false],
])("a link to %s is a link: %s", (address, isLink) => {
  const link = safeDom(`<a href="${address}">x</a>`).querySelector("a");
  expect(link?.hasAttribute("href")).toBe(isLink);
  if (isLink) expect(link?.rel).toBe("noopener noreferrer");
});

test("a picture is a place for a figure, and its address is no attribute that is fetched", () => {
  const fragment = safeDom('<img src="https://evil.example/a.png" alt="A chart" onerror="steal()">');
  expect(fragment.querySelector("img")).toBeNull();
  const place = fragment.querySelector<HTMLElement>(".figure");
  expect({ ...place?.dataset }).toEqual({ source: "https://evil.example/a.png", alt: "A chart" });
});

test.each([
  ["1000000000", "999"],
  ["12", "12"],
])("a span of %s becomes %s", (span, kept) => {
  expect(safeDom(`<td colspan="${span}">a</td>`).querySelector("td")?.getAttribute("colspan")).toBe(kept);
});

test("a span that is no number is left out", () => {
  expect(html('<td colspan="-1">a</td><td rowspan="2x">b</td>')).toBe("<td>a</td><td>b</td>");
});

test("a text of thousands of nested elements ends neither the stack nor the page", () => {
  const fragment = safeDom("<div>".repeat(5000));
  expect(fragment.querySelectorAll("div").length).toBeLessThanOrEqual(102);
});
