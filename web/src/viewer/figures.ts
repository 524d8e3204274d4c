/** Figures of the text: cut out of the page's picture, so that nothing more is fetched. */
import type { Page } from "../api/types";
import { t } from "../i18n";

const WIDEST = 1200; // pixels; more is not seen in a column of text

/** Fills the places that the renderer left for figures. Those of no region stay as their description. */
export async function drawFigures(root: ParentNode, page: Page, picture: Blob, stop: AbortSignal): Promise<void> {
  for (const place of root.querySelectorAll<HTMLElement>(".figure:not(.drawn)")) {
    const region = page.regions.find((other) => other.image !== null && other.image === place.dataset.source);
    if (!region || stop.aborted) continue;
    const [x0, y0, x1, y1] = region.bbox;
    const width = Math.min(x1 - x0, WIDEST);
    const cut = await createImageBitmap(picture, x0, y0, x1 - x0, y1 - y0, { resizeWidth: width, resizeQuality: "high" });
    const canvas = document.createElement("canvas");
    canvas.width = cut.width;
    canvas.height = cut.height;
    canvas.getContext("2d")?.drawImage(cut, 0, 0);
    cut.close();
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", place.dataset.alt || t.value.pictureAlt);
    place.classList.add("drawn");
    place.replaceChildren(canvas);
  }
}
