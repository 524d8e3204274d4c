/** Rendered text as plain HTML that Word, LibreOffice, Excel and Google Docs take: no classes, tables with borders. */

/** The HTML of nodes; figures that are drawn come along, others as their description. */
export function portableHtml(nodes: Iterable<Node>): string {
  const place = document.createElement("div");
  for (const node of nodes) {
    const copy = node.cloneNode(true);
    if (node instanceof Element || node instanceof DocumentFragment) copyDrawings(node, copy as ParentNode);
    place.append(copy);
  }
  for (const extra of place.querySelectorAll("button, .callout, .not-read")) extra.remove();
  for (const frame of place.querySelectorAll(".table-frame")) frame.replaceWith(...frame.childNodes);
  for (const table of place.querySelectorAll("table")) {
    table.setAttribute("border", "1");
    table.setAttribute("cellspacing", "0");
    table.setAttribute("cellpadding", "4");
  }
  for (const cell of place.querySelectorAll(".number")) cell.setAttribute("align", "right");
  for (const formula of place.querySelectorAll(".formula")) formula.replaceWith(...formula.childNodes);
  for (const figure of place.querySelectorAll<HTMLElement>(".figure")) {
    if (!figure.querySelector("img")) figure.replaceWith(figure.dataset.alt ? `[${figure.dataset.alt}]` : "");
  }
  for (const wrapper of place.querySelectorAll("div.block, div.block > div"))
    wrapper.replaceWith(...wrapper.childNodes);
  for (const element of place.querySelectorAll("*")) {
    for (const name of [...element.attributes].map((attribute) => attribute.name)) {
      if (/^(class|style|tabindex|role|aria-.*|data-.*)$/.test(name)) element.removeAttribute(name);
    }
  }
  return place.innerHTML;
}

/** A canvas is copied without what is drawn on it. */
function copyDrawings(from: ParentNode, to: ParentNode): void {
  const drawn = from.querySelectorAll("canvas");
  to.querySelectorAll("canvas").forEach((canvas, index) => {
    const image = document.createElement("img");
    image.src = drawn[index]?.toDataURL("image/jpeg", 0.9) ?? "";
    image.alt = canvas.getAttribute("aria-label") ?? "";
    canvas.replaceWith(image);
  });
}

/** A table's cells with tabs between, as spreadsheets take them; merged cells are followed by empty ones. */
export function tableText(table: HTMLTableElement): string {
  const rows: string[][] = [...table.rows].map(() => []);
  [...table.rows].forEach((row, at) => {
    const cells = rows[at] ?? [];
    let column = 0;
    for (const cell of row.cells) {
      while (cells[column] !== undefined) column += 1;
      for (let below = 0; below < Math.min(cell.rowSpan, rows.length - at); below += 1) {
        const target = rows[at + below] ?? [];
        for (let right = 0; right < cell.colSpan; right += 1) target[column + right] = "";
      }
      cells[column] = cell.textContent.trim().replace(/\s+/g, " ");
    }
  });
  return rows.map((row) => Array.from(row, (cell) => cell ?? "").join("\t")).join("\n");
}
