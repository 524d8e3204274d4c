/** A page's Markdown as pieces of safe DOM, each with the regions that it comes from. */
import { tex } from "@mdit/plugin-tex";
import MarkdownIt from "markdown-it";
import type { Page } from "../api/types";
import { t } from "../i18n";
import { align } from "./align";
import { drawFormulas } from "./formulas";
import { safeDom } from "./safe-dom";

export interface Block {
  /** Markdown, or a region that left no text. */
  kind: "content" | "missing";
  content: DocumentFragment;
  /** Indexes in the page's regions. */
  regions: readonly number[];
}

const escapeAttribute = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");

// Tables of the vision model are HTML, so HTML is let in here and sifted in `safeDom`.
const parser = new MarkdownIt({ html: true, linkify: false }).use(tex, {
  delimiters: "all",
  render: (formula: string, display: boolean) =>
    `<span data-tex="${escapeAttribute(formula)}" data-display="${display}"></span>`,
});

export function renderPage(page: Page): Block[] {
  const pieces = split(page.markdown);
  const { regionsOf, missing } = align(
    pieces.map((piece) => piece.source),
    page.regions,
  );
  const blocks: Block[] = [];
  for (let index = 0; index <= pieces.length; index += 1) {
    for (const { region } of missing.filter((item) => item.before === index)) {
      blocks.push({ kind: "missing", content: document.createDocumentFragment(), regions: [region] });
    }
    const piece = pieces[index];
    if (piece) blocks.push({ kind: "content", content: toDom(piece.html), regions: regionsOf[index] ?? [] });
  }
  return blocks;
}

interface Piece {
  source: string;
  html: string;
}

/** The top-level blocks: paragraphs, headings, lists, tables, figures. */
function split(markdown: string): Piece[] {
  const env = {};
  const tokens = parser.parse(markdown, env);
  const lines = markdown.split("\n");
  const pieces: Piece[] = [];
  for (let start = 0; start < tokens.length; ) {
    let end = start;
    let depth = 0;
    do {
      depth += tokens[end]?.nesting ?? 0;
      end += 1;
    } while (depth > 0 && end < tokens.length);
    const [from, to] = tokens[start]?.map ?? [0, 0];
    const source = lines.slice(from, to).join("\n");
    // The service marks what is missing with a comment; the region itself tells it better.
    if (!/^\s*<!--[\s\S]*-->\s*$/.test(source)) {
      pieces.push({ source, html: parser.renderer.render(tokens.slice(start, end), parser.options, env) });
    }
    start = end;
  }
  return pieces;
}

function toDom(html: string): DocumentFragment {
  const fragment = safeDom(html);
  drawFormulas(fragment);
  for (const table of fragment.querySelectorAll("table")) {
    const frame = document.createElement("div");
    frame.className = "table-frame";
    frame.tabIndex = 0; // wide ones scroll
    frame.setAttribute("role", "region");
    frame.setAttribute("aria-label", t.value.table);
    table.replaceWith(frame);
    frame.append(table);
  }
  return fragment;
}
