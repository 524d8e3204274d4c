import type { IconNode } from "lucide";
import { h, type JSX } from "preact";

/** A picture from lucide; always beside words or on a button with a name, so hidden from screen readers. */
export function Icon({ node, size = 18 }: { node: IconNode; size?: number }): JSX.Element {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {node.map(([tag, attributes]) => h(tag, attributes as Record<string, string>))}
    </svg>
  );
}
