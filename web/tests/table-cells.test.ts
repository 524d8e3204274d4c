import { expect, test } from "vitest";
import { tableRows, withCells } from "../src/viewer/table-cells";

const TABLE =
  '<table border=1><tr><td rowspan="2" style="x">Goods</td><td colspan="2">Price</td></tr>' +
  "<tr><td>trade<br>net</td><td></td></tr><tr><td>Bolt &amp; nut</td><td><b>84</b> 500</td><td>$1</td></tr></table>";

const cells = (html: string) => tableRows(html)?.flat() ?? [];

test("the cells are those of the table, as a person edits them", () => {
  const rows = tableRows(TABLE) ?? [];
  expect(rows.map((row) => row.map((cell) => cell.text))).toEqual([
    ["Goods", "Price"],
    ["trade\nnet", ""],
    ["Bolt & nut", "<b>84</b> 500", "$1"],
  ]);
  expect(rows[0]?.map(({ rowspan, colspan }) => [rowspan, colspan])).toEqual([
    [2, 1],
    [1, 2],
  ]);
});

test("only the cells that are edited change", () => {
  const [, , trade, empty, bolt, bold] = cells(TABLE);
  if (!trade || !empty || !bolt || !bold) throw new Error("no cells");
  const changed = withCells(
    TABLE,
    new Map([
      [bolt, "Nut < bolt"],
      [empty, "new"],
      [trade, "one\ntwo"],
      [bold, "<b>85</b> 500"],
    ]),
  );
  expect(changed).toBe(
    TABLE.replace("Bolt &amp; nut", "Nut &lt; bolt")
      .replace("<td></td>", "<td>new</td>")
      .replace("trade<br>net", "one<br>two")
      .replace("<b>84</b>", "<b>85</b>"),
  );
  expect(cells(changed).map((cell) => cell.text)).toContain("Nut < bolt");
});

test("a table inside a cell is part of the cell", () => {
  const nested = "<table><tr><td>a<table><tr><td>b</td></tr></table></td><td>c</td></tr></table>";
  expect(cells(nested).map((cell) => cell.text)).toEqual(["a<table><tr><td>b</td></tr></table>", "c"]);
});

test("the cells of a table in Markdown", () => {
  const pipes = "| № | Name |\n| --- | ---: |\n| 1 | a \\| b<br>c |\n|  | |\n";
  expect(tableRows(pipes)?.map((row) => row.map((cell) => cell.text))).toEqual([
    ["№", "Name"],
    ["1", "a | b\nc"],
    ["", ""],
  ]);
  const [, , , name, empty, last] = cells(pipes);
  if (!name || !empty || !last) throw new Error("no cells");
  const changed = withCells(
    pipes,
    new Map([
      [name, "x | y\nz"],
      [empty, "2"],
      [last, "end"],
    ]),
  );
  expect(changed).toBe("| № | Name |\n| --- | ---: |\n| 1 | x \\| y<br>z |\n| 2 | end|\n");
  expect(cells(changed).map((cell) => cell.text)).toEqual(["№", "Name", "1", "x | y\nz", "2", "end"]);
});

test.each(["no table", "<table></table>", "", "| a | b |", "text\n---\n| a |", "a <table><tr><td>b</td></tr></table>"])(
  "%j has no cells",
  (text) => {
    expect(tableRows(text)).toBeNull();
  },
);

test("cells that nobody closed", () => {
  const open = "<table><tr><td>a<td>b<tr><td>c</table>";
  const [first] = cells(open);
  expect(cells(open).map((cell) => cell.text)).toEqual(["a", "b", "c"]);
  expect(withCells(open, new Map(first ? [[first, "x"]] : []))).toBe("<table><tr><td>x<td>b<tr><td>c</table>");
});
