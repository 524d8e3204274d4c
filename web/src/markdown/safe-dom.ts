/**
 * The only way from a document's HTML into the page. The browser never parses it: a parser in JavaScript reads it, and
 * elements on these lists are made anew with the attributes on these lists; so there is no script to run, no style to
 * apply, no address to fetch, and nothing for the content security policy (which allows no policy of Trusted Types at
 * all) to stop.
 */
import { parseDocument } from "htmlparser2";

type Nodes = ReturnType<typeof parseDocument>["children"];

const ELEMENTS = new Set(
  (
    "h1 h2 h3 h4 h5 h6 p br hr blockquote pre code ul ol li dl dt dd strong b em i u s del ins sub sup small mark " +
    "span div a table caption thead tbody tfoot tr th td colgroup col"
  ).split(" "),
);

// What lies inside is no text for people. Of other unknown elements the content is kept.
const LEFT_OUT = new Set(
  "script style iframe frame object embed applet template noscript svg math head title textarea select".split(" "),
);

const ATTRIBUTES: Record<string, readonly string[]> = {
  td: ["colspan", "rowspan"],
  th: ["colspan", "rowspan"],
  ol: ["start"],
  span: ["data-tex", "data-display"],
};
const NUMBERS = new Set(["colspan", "rowspan", "start"]);
const LARGEST = 999; // a cell of a billion columns would hang the layout
const LINK = /^(?:https?:\/\/|mailto:)/i;
const DEEPEST = 100; // a text of a million `<div>` must not end the stack

export function safeDom(html: string): DocumentFragment {
  const fragment = document.createDocumentFragment();
  append(fragment, parseDocument(html, { lowerCaseTags: true }).children, 0);
  return fragment;
}

function append(parent: ParentNode & Node, nodes: Nodes, depth: number): void {
  for (const node of nodes) {
    if (node.type === "text") {
      parent.appendChild(document.createTextNode(node.data));
    } else if (node.type === "tag" && !LEFT_OUT.has(node.name)) {
      const element = make(node.name, node.attribs);
      if (element) parent.appendChild(element);
      if (depth < DEEPEST) append(element ?? parent, node.children, depth + 1);
    }
  }
}

function make(name: string, attributes: Record<string, string>): HTMLElement | null {
  if (name === "img") return figure(attributes);
  if (!ELEMENTS.has(name)) return null;
  const element = document.createElement(name);
  for (const attribute of ATTRIBUTES[name] ?? []) {
    const value = attributes[attribute];
    if (value === undefined) continue;
    if (!NUMBERS.has(attribute)) element.setAttribute(attribute, value);
    else if (/^\d+$/.test(value)) element.setAttribute(attribute, String(Math.min(Number(value), LARGEST)));
  }
  if (element instanceof HTMLAnchorElement && LINK.test(attributes.href ?? "")) {
    element.href = attributes.href ?? "";
    element.target = "_blank";
    element.rel = "noopener noreferrer";
  }
  return element;
}

/** A place for a picture: figures are cut out of the page's picture, whatever address the document gives. */
function figure(attributes: Record<string, string>): HTMLElement {
  const place = document.createElement("span");
  place.className = "figure";
  place.dataset.source = attributes.src ?? "";
  place.dataset.alt = attributes.alt ?? "";
  return place;
}
