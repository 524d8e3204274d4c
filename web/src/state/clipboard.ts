import { t } from "../i18n";
import { announce } from "./announce";

/** Copies, and says whether it worked. */
export async function copyText(text: string): Promise<void> {
  await copyRich("", text);
}

/**
 * Copies a text as HTML, for Word, Excel and the like, and plain for everything else. `html` is that of a body; empty
 * for plain text alone.
 */
export async function copyRich(html: string, text: string): Promise<void> {
  announce((await copied(html && `<meta charset="utf-8">${html}`, text)) ? t.value.copied : t.value.copyFailed);
}

async function copied(html: string, text: string): Promise<boolean> {
  // navigator.clipboard is there on secure origins only; the service is often met at http://10.0.0.5:8081.
  if (!navigator.clipboard) return copiedByEvent(html, text);
  try {
    const blob = (type: string, content: string): Blob => new Blob([content], { type });
    const parts = { "text/plain": blob("text/plain", text), ...(html ? { "text/html": blob("text/html", html) } : {}) };
    await navigator.clipboard.write([new ClipboardItem(parts)]);
    return true;
  } catch {
    return false;
  }
}

function copiedByEvent(html: string, text: string): boolean {
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "off-screen";
  document.body.append(area);
  area.select();
  const fill = (event: ClipboardEvent): void => {
    event.preventDefault();
    event.stopImmediatePropagation();
    event.clipboardData?.setData("text/plain", text);
    if (html) event.clipboardData?.setData("text/html", html);
  };
  addEventListener("copy", fill, { capture: true, once: true });
  const done = document.execCommand("copy");
  removeEventListener("copy", fill, { capture: true });
  area.remove();
  return done;
}
