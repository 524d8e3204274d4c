/** TeX to MathML, which browsers draw and screen readers read. */
import temml from "temml";
import { t } from "../i18n";

const LONGEST = 20_000;
const OPTIONS = { throwOnError: true, trust: false, maxExpand: 200, maxSize: [50, 50] as [number, number] };
const IN_CELLS = /\$\$([^$]+)\$\$|(?<![\\$])\$(?!\$)((?:[^$\\\n<>]|\\[^\n]){1,500}?)\$(?!\$)/g;

/** Draws what the Markdown parser left as `data-tex`, and formulas in the cells of HTML tables. */
export function drawFormulas(fragment: DocumentFragment): void {
  for (const cell of fragment.querySelectorAll("td, th")) markFormulas(cell);
  for (const place of fragment.querySelectorAll<HTMLElement>("[data-tex]")) {
    const tex = place.dataset.tex ?? "";
    const displayMode = place.dataset.display === "true";
    place.replaceChildren();
    try {
      if (tex.length > LONGEST) throw new RangeError("longer than any formula");
      temml.render(tex, place, { ...OPTIONS, displayMode });
      place.className = displayMode ? "formula display" : "formula";
    } catch {
      // Whatever the library did not like: the source is what can be shown.
      place.replaceChildren(tex);
      place.className = "formula broken";
      place.title = t.value.formulaBroken;
    }
    if (displayMode) place.tabIndex = 0; // long ones scroll
  }
}

function markFormulas(cell: Element): void {
  const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
  const texts: Text[] = [];
  while (walker.nextNode()) texts.push(walker.currentNode as Text);
  for (const text of texts) {
    if (text.parentElement?.closest("[data-tex], code")) continue;
    const parts = split(text.data);
    if (parts.length > 1) text.replaceWith(...parts);
  }
}

function split(text: string): (string | HTMLElement)[] {
  const parts: (string | HTMLElement)[] = [];
  let end = 0;
  IN_CELLS.lastIndex = 0;
  for (let match = IN_CELLS.exec(text); match; match = IN_CELLS.exec(text)) {
    if (match[2] !== undefined && !isFormula(match[2], text.charAt(IN_CELLS.lastIndex))) {
      IN_CELLS.lastIndex = match.index + 1; // its closing sign may open a formula
      continue;
    }
    const place = document.createElement("span");
    place.dataset.tex = match[1] ?? match[2] ?? "";
    parts.push(text.slice(end, match.index), place);
    end = IN_CELLS.lastIndex;
  }
  parts.push(text.slice(end));
  return parts;
}

/** As the service tells formulas from prices (export/inline_formulas.py): `$5 and $6` is none. */
function isFormula(body: string, following: string): boolean {
  const inner = body.trim();
  if (inner === "" || /\d/.test(following) || /^\s/.test(body) !== /\s$/.test(body)) return false;
  return /[\\^_{}]/.test(inner) || (!/[\p{L}]{2,}/u.test(inner) && /[\p{L}=+]/u.test(inner));
}
