/** The cells of a table in HTML or Markdown, each changed in its place: what is not touched stays as it was written. */
import { parseDocument } from "htmlparser2";

type Nodes = ReturnType<typeof parseDocument>["children"];
type Node = Nodes[number];

export interface Cell {
  /** What a person edits: plain text with line ends, or, where other tags are in the cell, its HTML. */
  text: string;
  written: "html" | "text" | "pipes";
  colspan: number;
  rowspan: number;
  /** Where its content lies in the source. */
  from: number;
  to: number;
}

/** The rows of a source that is one table and nothing else; null for another. */
export function tableRows(source: string): Cell[][] | null {
  return /^\s*<table[\s>][\s\S]*<\/table>\s*$/i.test(source) ? htmlRows(source) : pipeRows(source);
}

function htmlRows(html: string): Cell[][] | null {
  const tree = parseDocument(html, { lowerCaseTags: true, withStartIndices: true, withEndIndices: true });
  const table = descendants(tree.children).find((node) => node.type === "tag" && node.name === "table");
  if (table?.type !== "tag") return null;
  const rows = descendants(table.children).flatMap((node) =>
    node.type === "tag" && node.name === "tr"
      ? [node.children.flatMap((cell) => (isCell(cell) ? [cellOf(cell, html)] : []))]
      : [],
  );
  return rows.some((row) => row.length > 0) ? rows : null;
}

const RULE = /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/;
const PIPE = /\\[\s\S]|\|/g;

/** Of a table in Markdown: a head, a rule, rows. */
function pipeRows(source: string): Cell[][] | null {
  const lines = source.trimEnd().split("\n");
  if (lines.length < 2 || !RULE.test(lines[1] ?? "") || !lines.every((line) => line.trim().startsWith("|")))
    return null;
  const rows: Cell[][] = [];
  let start = 0;
  for (const [number, line] of lines.entries()) {
    if (number !== 1) rows.push(pipeCells(line, start));
    start += line.length + 1;
  }
  return rows;
}

function pipeCells(line: string, start: number): Cell[] {
  const bars = [...line.matchAll(PIPE)].flatMap((match) => (match[0] === "|" ? [match.index] : []));
  if (line.slice(bars.at(-1)).trim() !== "|") bars.push(line.length);
  return bars.slice(1).map((to, place) => {
    const from = (bars[place] ?? 0) + 1;
    const inside = line.slice(from, to);
    const text = inside.trim();
    const begins = start + from + (text ? inside.indexOf(text) : Math.min(1, inside.length));
    const plain = text.replace(/\\\|/g, "|").replace(/<br\s*\/?>/gi, "\n");
    return { text: plain, written: "pipes", colspan: 1, rowspan: 1, from: begins, to: begins + text.length };
  });
}

/** The source with other texts in these cells. */
export function withCells(html: string, edits: ReadonlyMap<Cell, string>): string {
  let changed = html;
  for (const [cell, text] of [...edits].sort(([a], [b]) => b.from - a.from)) {
    const content = WRITTEN[cell.written](text);
    changed = changed.slice(0, cell.from) + content + changed.slice(cell.to);
  }
  return changed;
}

type Tag = Extract<Node, { attribs: object }>;

const CELLS = new Set(["td", "th"]);

const isCell = (node: Node): node is Tag => node.type === "tag" && CELLS.has(node.name);

/** In the order of the document, without what lies in cells. */
function descendants(nodes: Nodes): Node[] {
  return nodes.flatMap((node) =>
    node.type === "tag" && !CELLS.has(node.name) ? [node, ...descendants(node.children)] : [node],
  );
}

function cellOf(cell: Tag, html: string): Cell {
  const first = cell.children[0];
  const last = cell.children.at(-1);
  const end = (cell.endIndex ?? 0) + 1;
  const empty = Math.max(html.lastIndexOf("</", end - 1), (cell.startIndex ?? 0) + 4);
  const from = first ? (first.startIndex ?? empty) : empty;
  const to = last ? (last.endIndex ?? from - 1) + 1 : from;
  const isHtml = cell.children.some((node) => node.type !== "text" && !(node.type === "tag" && node.name === "br"));
  const text = isHtml
    ? html.slice(from, to)
    : cell.children.map((node) => (node.type === "text" ? node.data : "\n")).join("");
  const span = (name: string): number =>
    Math.min(Math.max(Number.parseInt(cell.attribs[name] ?? "1", 10) || 1, 1), 999);
  return {
    text,
    written: isHtml ? "html" : "text",
    colspan: span("colspan"),
    rowspan: span("rowspan"),
    from,
    to,
  };
}

const WRITTEN: Record<Cell["written"], (text: string) => string> = {
  html: (text) => text,
  text: (text) =>
    text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("\n", "<br>"),
  pipes: (text) => text.replaceAll("|", "\\|").replaceAll("\n", "<br>"),
};
