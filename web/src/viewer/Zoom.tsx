import { Minus, Plus, X } from "lucide";
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import { Icon } from "../ui/Icon";

const STEPS = [1, 1.5, 2, 3, 4] as const;

/** A page's picture as large as the window and larger: wheel and keys zoom, dragging moves. */
export function Zoom({ url, name, onClose }: { url: string; name: string; onClose: () => void }): JSX.Element {
  const texts = t.value;
  const dialog = useRef<HTMLDialogElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const [zoom, setZoom] = useState(1);
  const drag = useRef<{ x: number; y: number } | null>(null);
  useEffect(() => dialog.current?.showModal(), []);

  /** What is in the middle stays there. */
  const zoomTo = (next: number): void => {
    const place = frame.current;
    if (!place) return;
    const [x, y] = [
      (place.scrollLeft + place.clientWidth / 2) / place.scrollWidth,
      (place.scrollTop + place.clientHeight / 2) / place.scrollHeight,
    ];
    setZoom(next);
    requestAnimationFrame(() => {
      place.scrollLeft = x * place.scrollWidth - place.clientWidth / 2;
      place.scrollTop = y * place.scrollHeight - place.clientHeight / 2;
    });
  };
  const step = (by: 1 | -1): void => {
    const next = by > 0 ? STEPS.find((value) => value > zoom) : STEPS.findLast((value) => value < zoom);
    if (next) zoomTo(next);
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === "+" || event.key === "=") step(1);
    else if (event.key === "-") step(-1);
    else if (event.key === "0") zoomTo(1);
  };
  const onWheel = (event: WheelEvent): void => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    step(event.deltaY < 0 ? 1 : -1);
  };
  const onMove = (event: PointerEvent): void => {
    if (!drag.current || !frame.current || event.pointerType !== "mouse") return;
    frame.current.scrollBy(drag.current.x - event.clientX, drag.current.y - event.clientY);
    drag.current = { x: event.clientX, y: event.clientY };
  };
  return (
    <dialog class="zoom" ref={dialog} aria-label={name} onClose={onClose} onKeyDown={onKey}>
      <div class="zoom-tools">
        <button
          class="icon-button"
          type="button"
          aria-label={texts.zoomOut}
          disabled={zoom === STEPS[0]}
          onClick={() => step(-1)}
        >
          <Icon node={Minus} />
        </button>
        <span class="nowrap" role="status">
          {Math.round(zoom * 100)} %
        </span>
        <button
          class="icon-button"
          type="button"
          aria-label={texts.zoomIn}
          disabled={zoom === STEPS.at(-1)}
          onClick={() => step(1)}
        >
          <Icon node={Plus} />
        </button>
        <button class="icon-button" type="button" aria-label={texts.close} onClick={() => dialog.current?.close()}>
          <Icon node={X} />
        </button>
      </div>
      <div
        class="zoom-frame"
        ref={frame}
        tabIndex={0}
        onWheel={onWheel}
        onPointerDown={(event) => (drag.current = { x: event.clientX, y: event.clientY })}
        onPointerMove={onMove}
        onPointerUp={() => (drag.current = null)}
        onPointerLeave={() => (drag.current = null)}
      >
        <img src={url} alt={name} style={{ width: `${zoom * 100}%` }} draggable={false} />
      </div>
    </dialog>
  );
}
