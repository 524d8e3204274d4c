import type { ComponentChildren, JSX } from "preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";

/** A button that shows more buttons or links; closes on Escape, on a choice and on a click elsewhere. */
export function Menu({
  label,
  name,
  buttonClass,
  children,
}: {
  label: ComponentChildren;
  name: string;
  buttonClass: string;
  children: ComponentChildren;
}): JSX.Element {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const id = useId();
  // Before the menu is seen, since whoever sees it may press Escape at once.
  useLayoutEffect(() => {
    if (!open) return;
    const elsewhere = (event: Event): void => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    const onEscape = (event: KeyboardEvent): void => {
      if (event.key !== "Escape") return;
      setOpen(false);
      root.current?.querySelector("button")?.focus();
    };
    document.addEventListener("pointerdown", elsewhere);
    document.addEventListener("focusin", elsewhere);
    document.addEventListener("keydown", onEscape);
    return () => {
      document.removeEventListener("pointerdown", elsewhere);
      document.removeEventListener("focusin", elsewhere);
      document.removeEventListener("keydown", onEscape);
    };
  }, [open]);
  return (
    <div class="menu" ref={root}>
      <button
        class={buttonClass}
        type="button"
        aria-label={name}
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
      >
        {label}
      </button>
      <div class="menu-panel" id={id} hidden={!open} onClick={() => setOpen(false)}>
        {children}
      </div>
    </div>
  );
}
