/** Figures of the text: cut out of the page's picture, so that nothing more is fetched. */
import type { Page } from "../api/types";
import { t } from "../i18n";

const WIDEST = 1200; // pixels; more is not seen in a column of text

/** Fills the places that the renderer left for figures. Those of no region stay as their description. */
export async function drawFigures(root: ParentNode, page: Page, picture: Blob, stop: AbortSignal): Promise<void> {
  const places = root.querySelectorAll<HTMLElement>(".figure[data-source]:not(.drawn)");
  if (places.length === 0) return;
  const whole = await createImageBitmap(picture);
  const scale = whole.width / page.width; // large pages come scaled down
  for (const place of places) {
    const region = page.regions.find((other) => other.image !== null && other.image === place.dataset.source);
    if (!region || stop.aborted) continue;
    const [x0, y0, x1, y1] = region.bbox.map((side) => side * scale) as typeof region.bbox;
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(Math.min(x1 - x0, WIDEST)));
    canvas.height = Math.max(1, Math.round((canvas.width * (y1 - y0)) / (x1 - x0)));
    canvas.getContext("2d")?.drawImage(whole, x0, y0, x1 - x0, y1 - y0, 0, 0, canvas.width, canvas.height);
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", place.dataset.alt || t.value.pictureAlt);
    place.classList.add("drawn");
    place.replaceChildren(canvas);
  }
  whole.close();
}
