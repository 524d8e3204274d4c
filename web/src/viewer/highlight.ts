/** Marks the words that are searched for in rendered text, without changing it (CSS custom highlights). */

const NAME = "search";

const marked = new Map<Element, Range[]>();

/** Marks the words in an element; empty words mark nothing. */
export function highlight(root: Element, words: string): void {
  marked.set(root, rangesOf(root, words));
  show();
}

export function unhighlight(root: Element): void {
  if (marked.delete(root)) show();
}

function show(): void {
  // Older browsers search just as well, and show the region.
  if (!("highlights" in CSS)) return;
  const all = [...marked.values()].flat();
  if (all.length > 0) CSS.highlights.set(NAME, new Highlight(...all));
  else CSS.highlights.delete(NAME);
}

export function rangesOf(root: Element, words: string): Range[] {
  const wanted = words.trim().replace(/\s+/g, " ").toLowerCase().replaceAll("ё", "е");
  if (wanted.length < 2) return [];
  const places: { node: Text; offset: number }[] = [];
  let text = "";
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode as Text;
    for (let offset = 0; offset < node.data.length; offset += 1) {
      const letter = /\s/.test(node.data.charAt(offset)) ? " " : node.data.charAt(offset).toLowerCase().charAt(0);
      if (letter === " " && text.endsWith(" ")) continue;
      text += letter === "ё" ? "е" : letter;
      places.push({ node, offset });
    }
  }
  const ranges: Range[] = [];
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) {
    const from = places[at];
    const to = places[at + wanted.length - 1];
    if (!from || !to) break;
    const range = document.createRange();
    range.setStart(from.node, from.offset);
    range.setEnd(to.node, to.offset + 1);
    ranges.push(range);
  }
  return ranges;
}
