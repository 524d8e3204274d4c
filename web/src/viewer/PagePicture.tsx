import type { Signal } from "@preact/signals";
import { ImageOff } from "lucide";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { ApiError } from "../api/problem";
import type { Page } from "../api/types";
import { labelName, t } from "../i18n";
import { Icon } from "../ui/Icon";
import { kindOf } from "./kinds";
import type { Picture } from "./page-data";
import { hitsByPage } from "./search";

// The shape of a page that could not even be rendered.
const A4 = [210, 297] as const;

/** The page with its regions drawn over it: one stop for Tab, arrow keys inside. */
export function PagePicture({
  page,
  picture,
  marked,
  onPick,
  onCorrect,
}: {
  page: Page;
  picture: Picture | ApiError | null;
  marked: Signal<number | null>;
  onPick: (region: number) => void;
  onCorrect: ((region: number) => void) | null;
}): JSX.Element {
  const texts = t.value;
  const frame = useRef<HTMLDivElement>(null);
  const ordered = page.regions
    .map((region, index) => ({ region, index }))
    .sort((a, b) => a.region.order - b.region.order);
  const current = marked.value;
  const found = hitsByPage.value.get(page.number);
  const entry = current ?? ordered[0]?.index;

  const move = (event: KeyboardEvent): void => {
    if (event.key === "F2" && entry !== undefined) onCorrect?.(entry);
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    const place = ordered.findIndex(({ index }) => index === entry);
    const next = event.key === "Home" ? 0 : event.key === "End" ? ordered.length - 1 : step ? place + step : -1;
    const target = ordered[next];
    if (!target) return;
    event.preventDefault();
    frame.current?.querySelector<HTMLElement>(`[data-region="${target.index}"]`)?.focus();
  };
  return (
    <div class="picture" ref={frame} style={{ aspectRatio: `${page.width || A4[0]} / ${page.height || A4[1]}` }}>
      {picture instanceof ApiError ? (
        <p class="picture-missing muted">
          <Icon node={ImageOff} size={24} />
          {texts.pictureMissing}
        </p>
      ) : (
        picture && <img src={picture.url} alt={texts.pictureOf(page.number)} decoding="async" />
      )}
      {ordered.length > 0 && (
        <div class="regions" role="group" aria-label={texts.regionsOf(page.number)} onKeyDown={move}>
          {ordered.map(({ region, index }, place) => {
            const [x0, y0, x1, y1] = region.bbox;
            const name = labelName(region.label);
            const state = region.error ? " failed" : region.degraded ? " degraded" : "";
            return (
              <button
                key={index}
                type="button"
                class={`region ${kindOf(region.label)}${state}${current === index ? " marked" : ""}${found?.has(index) ? " hit" : ""}`}
                data-region={index}
                data-name={name}
                tabIndex={index === entry ? 0 : -1}
                aria-label={texts.regionName(name, place + 1, ordered.length)}
                style={{
                  left: `${(100 * x0) / page.width}%`,
                  top: `${(100 * y0) / page.height}%`,
                  width: `${(100 * (x1 - x0)) / page.width}%`,
                  height: `${(100 * (y1 - y0)) / page.height}%`,
                }}
                onMouseEnter={() => (marked.value = index)}
                onMouseLeave={() => (marked.value = null)}
                onFocus={() => (marked.value = index)}
                onBlur={() => (marked.value = null)}
                onClick={() => onPick(index)}
                onDblClick={() => onCorrect?.(index)}
              />
            );
          })}
        </div>
      )}
    </div>
  );
}
