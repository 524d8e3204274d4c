/** A page's Markdown as pieces of safe DOM, each with the regions that it comes from. */
import { tex } from "@mdit/plugin-tex";
import MarkdownIt, { type Token } from "markdown-it";
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
  /** The items of a list carry their regions themselves, as `data-regions`. */
  byItem: boolean;
}

/** A number, an amount of money, a share: 84 500, $1,200.50, 12,4 %, −3.5, 12 руб. */
const NUMBER = /^[(+−–-]?\s?(?:[$€£₽¥]\s?)?\d[\d\s.,']{0,25}\)?\s?(?:[%‰$€£₽¥]|руб\.?|р\.)?$/iu;

const escapeAttribute = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");

// Tables of the vision model are HTML, so HTML is let in here and sifted in `safeDom`.
const parser = new MarkdownIt({ html: true, linkify: false }).use(tex, {
  delimiters: "all",
  allowInlineWithSpace: true, // as the service writes them; its prices are escaped
  render: (formula: string, display: boolean) =>
    `<span data-tex="${escapeAttribute(formula)}" data-display="${display}"></span>`,
});

/** A whole document; figures are places with their description. */
export const renderMarkdown = (markdown: string): DocumentFragment => toDom(parser.render(markdown));

export function renderPage(page: Page): Block[] {
  const pieces = split(page.markdown);
  const { regionsOf, missing } = align(
    pieces.flatMap((piece) => piece.sources),
    page.regions,
  );
  const blocks: Block[] = [];
  const addMissing = (before: number): void => {
    for (const { region } of missing.filter((item) => item.before === before)) {
      blocks.push({ kind: "missing", content: document.createDocumentFragment(), regions: [region], byItem: false });
    }
  };
  let place = 0;
  for (const piece of pieces) {
    const parts = regionsOf.slice(place, place + piece.sources.length);
    piece.sources.forEach((_, part) => addMissing(place + part));
    blocks.push(contentBlock(piece, parts));
    place += piece.sources.length;
  }
  addMissing(place);
  return blocks;
}

function contentBlock(piece: Piece, parts: readonly (readonly number[])[]): Block {
  const content = toDom(piece.html);
  const lists = [...content.children].filter((element) => element.matches("ul, ol"));
  const items = lists.flatMap((list) => [...list.children] as HTMLElement[]);
  const byItem = items.length > 0 && items.length === parts.length;
  if (byItem) items.forEach((item, index) => (item.dataset.regions = parts[index]?.join(" ")));
  return { kind: "content", content, regions: [...new Set(parts.flat())], byItem };
}

/** A top-level block; a list has a source for each of its items, which are often regions of their own. */
interface Piece {
  sources: string[];
  html: string;
}

/** The top-level blocks: paragraphs, headings, lists, tables, figures. */
function split(markdown: string): Piece[] {
  const env = {};
  const tokens = parser.parse(markdown, env);
  const lines = markdown.split("\n");
  const source = (token: Token | undefined): string => {
    const [from, to] = token?.map ?? [0, 0];
    return lines.slice(from, to).join("\n");
  };
  const pieces: Piece[] = [];
  for (let start = 0; start < tokens.length; ) {
    let end = start;
    let depth = 0;
    do {
      depth += tokens[end]?.nesting ?? 0;
      end += 1;
    } while (depth > 0 && end < tokens.length);
    const group = tokens.slice(start, end);
    const items = group.filter((token) => token.type === "list_item_open" && token.level === 1);
    const sources = (items.length > 0 ? items : group.slice(0, 1)).map(source);
    // The service marks what is missing with a comment; the region itself tells it better.
    if (!/^\s*<!--[\s\S]*-->\s*$/.test(sources.join("\n"))) {
      pieces.push({ sources, html: parser.renderer.render(group, parser.options, env) });
    }
    start = end;
  }
  return pieces;
}

function toDom(html: string): DocumentFragment {
  const fragment = safeDom(html);
  drawFormulas(fragment);
  for (const cell of fragment.querySelectorAll("td")) {
    if (NUMBER.test(cell.textContent.trim())) cell.className = "number";
  }
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
