/** What this service offers and how much it takes; null until it has said so. */
import { effect, signal } from "@preact/signals";
import { getOptions } from "../api/client";
import { ApiError } from "../api/problem";
import type { Options } from "../api/types";
import { recoveries } from "./connection";
import { keyRequest } from "./key";

export const offered = signal<Options | null>(null);

effect(() => {
  void recoveries.value; // another version may have been started
  if (keyRequest.value === "none") void load();
});

async function load(): Promise<void> {
  try {
    offered.value = await getOptions();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  }
}
