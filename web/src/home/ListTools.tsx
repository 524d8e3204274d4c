import { Download, RotateCw, Search, Trash2 } from "lucide";
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { ListOrder } from "../api/client";
import { t } from "../i18n";
import { counts, GROUPS, type Group, group, order, show } from "../state/jobs";
import {
  canDownload,
  canRetry,
  downloadSelected,
  removeSelected,
  retrySelected,
  selectAll,
  selectedJobs,
} from "../state/selection";
import { Icon } from "../ui/Icon";

const TYPED_MS = 250;

/** Which jobs the list shows, and what is done with those that are selected. */
export function ListTools(): JSX.Element {
  const texts = t.value;
  const numbers = counts.value;
  const [typed, setTyped] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => show({ name: typed }), TYPED_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  const total = (states: readonly (keyof typeof numbers)[]): number =>
    (states.length > 0 ? states.map((state) => numbers[state] ?? 0) : Object.values(numbers)).reduce(
      (a, b) => a + b,
      0,
    );
  const chosen = selectedJobs.value;
  return (
    <div class="list-tools">
      <div class="segments small" role="group" aria-label={texts.listGroups}>
        {(Object.keys(GROUPS) as Group[]).map((name) => (
          <button key={name} type="button" aria-pressed={group.value === name} onClick={() => show({ group: name })}>
            {texts.groups[name]} <span class="muted">{total(GROUPS[name])}</span>
          </button>
        ))}
      </div>
      <label class="list-search">
        <Icon node={Search} size={16} />
        <input
          type="search"
          aria-label={texts.listSearch}
          placeholder={texts.listSearch}
          value={typed}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
      </label>
      <select
        class="list-order"
        aria-label={texts.listOrder}
        value={order.value}
        onChange={(event) => show({ order: event.currentTarget.value as ListOrder })}
      >
        {(Object.keys(texts.orders) as ListOrder[]).map((name) => (
          <option key={name} value={name}>
            {texts.orders[name]}
          </option>
        ))}
      </select>
      {chosen.length > 0 && (
        <div class="selection-tools" role="group" aria-label={texts.selectedCount(chosen.length)}>
          <span>{texts.selectedCount(chosen.length)}</span>
          {chosen.some(canDownload) && (
            <button class="button small" type="button" onClick={() => void downloadSelected()}>
              <Icon node={Download} size={14} />
              {texts.downloadZip}
            </button>
          )}
          {chosen.some(canRetry) && (
            <button class="button small" type="button" onClick={() => void retrySelected()}>
              <Icon node={RotateCw} size={14} />
              {texts.retry}
            </button>
          )}
          <button class="button small" type="button" onClick={() => void removeSelected()}>
            <Icon node={Trash2} size={14} />
            {texts.remove}
          </button>
          <button class="button small" type="button" onClick={() => selectAll(false)}>
            {texts.selectNone}
          </button>
        </div>
      )}
    </div>
  );
}
