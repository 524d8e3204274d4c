/** Live pages of the jobs that are looked at, from their events; nothing is held open while the tab is hidden. */
import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { JobEvent, PageMark } from "../api/events";
import { followJob } from "../api/events";
import { ApiError } from "../api/problem";
import type { JobState } from "../api/types";

export type Marks = ReadonlyMap<number, PageMark>;

/** How many pages a job that is under way need not read any more. */
export const countRead = (marks: Marks): number => [...marks.values()].filter((mark) => !mark.again).length;

// Hundreds of events come at once, when a finished book is opened or read fast: one update in this time.
const UPDATE_MS = 150;

interface Channel {
  marks: Signal<Marks>;
  watchers: Set<(state: JobState) => void>;
  connection: AbortController | null;
  ended: boolean;
}

const channels = new Map<string, Channel>();

/** Follows a job until the returned function is called; `onState` hears each change of its state. */
export function watchJob(id: string, onState: (state: JobState) => void): () => void {
  const channel = channelOf(id);
  channel.watchers.add(onState);
  connect(id, channel);
  return () => {
    channel.watchers.delete(onState);
    if (channel.watchers.size > 0) return;
    disconnect(channel);
    channels.delete(id);
  };
}

export const pageMarks = (id: string): ReadonlySignal<Marks> => channelOf(id).marks;

/** After a retry: a job that had ended goes on. */
export function followAgain(id: string): void {
  const channel = channelOf(id);
  channel.ended = false;
  disconnect(channel);
  connect(id, channel);
}

function channelOf(id: string): Channel {
  let channel = channels.get(id);
  if (!channel) {
    channel = { marks: signal(new Map()), watchers: new Set(), connection: null, ended: false };
    channels.set(id, channel);
  }
  return channel;
}

function connect(id: string, channel: Channel): void {
  if (channel.connection || channel.ended || document.hidden || channel.watchers.size === 0) return;
  const connection = new AbortController();
  channel.connection = connection;
  const pending: JobEvent[] = [];
  const onEvent = (event: JobEvent): void => {
    if (pending.push(event) === 1) setTimeout(() => apply(channel, pending.splice(0)), UPDATE_MS);
  };
  followJob(id, onEvent, connection.signal)
    .then(() => {
      if (!connection.signal.aborted) channel.ended = true;
    })
    .catch((error: unknown) => {
      if (!(error instanceof ApiError)) throw error;
      channel.ended = true; // gone or not ours: the list and the viewer say so
    })
    .finally(() => {
      if (channel.connection === connection) channel.connection = null;
    });
}

function disconnect(channel: Channel): void {
  channel.connection?.abort();
  channel.connection = null;
}

function apply(channel: Channel, events: JobEvent[]): void {
  const pages = events.flatMap((event) => (event.kind === "page" ? [event.page] : []));
  if (pages.length > 0) {
    const marks = new Map(channel.marks.value);
    for (const page of pages) {
      marks.delete(page.number); // the one that was read last comes last
      marks.set(page.number, page);
    }
    channel.marks.value = marks;
  }
  const last = events.findLast((event) => event.kind !== "page");
  if (last) for (const watcher of [...channel.watchers]) watcher(last.state);
}

document.addEventListener("visibilitychange", () => {
  for (const [id, channel] of channels) {
    if (document.hidden) disconnect(channel);
    else connect(id, channel);
  }
});
