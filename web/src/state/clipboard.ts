import { t } from "../i18n";
import { announce } from "./announce";

/** Copies, and says whether it worked. */
export async function copyText(text: string): Promise<void> {
  announce((await copied(text)) ? t.value.copied : t.value.copyFailed);
}

async function copied(text: string): Promise<boolean> {
  // navigator.clipboard is there on secure origins only; the service is often met at http://10.0.0.5:8081.
  if (navigator.clipboard) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return false;
    }
  }
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "off-screen";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}
