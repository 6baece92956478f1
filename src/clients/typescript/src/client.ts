// The client: retries with one key, the feed. It needs `fetch` and nothing else: Node 18, Deno, Bun, a browser.

import { AccrueError, How, Query, Refused, Unavailable } from "./base.js";
import { Event, LineAnswer, OPERATIONS, Operations, PROBLEMS } from "./model.js";

/** Answers after which the same call is sent again: no room, closing, or a proxy that lost the server. */
const AGAIN = [429, 502, 503, 504];
/** A waiting feed asks the server to hold its answer back for so long. Seconds. */
const WAIT = 30;

/** How a client is made. */
export interface Options {
  /** How often a call is sent, at most. Default: 6. */
  tries?: number;
  /** How long a call is tried, in seconds. Default: 30. */
  patience?: number;
  /** The time for one try, in seconds. Default: 70. */
  timeout?: number;
  /** In place of the global `fetch`. */
  fetch?: typeof fetch;
}

/** Where a reading of the feed begins, and whether it ends. */
export interface Following {
  /** The id of the last event that was dealt with; `"end"`: only what comes. Default: from the beginning. */
  after?: string;
  /** Only events of these kinds. */
  kinds?: string[];
  /** Whether it goes on for ever; else it ends where the feed does now. Default: no. */
  wait?: boolean;
  /** Events of a page. Default: 500. */
  limit?: number;
}

/** A call that is ready to be sent. */
interface Call {
  operation: string;
  path: unknown[];
  query: Query;
  body?: string;
  headers: Record<string, string>;
  key?: string;
  /** Whether it may be sent again whatever happened. */
  isSafe: boolean;
}

/**
 * A server and a token. Each operation of the server is a method.
 *
 * The address is as `accruedb serve` prints it. A call is sent several times where it must be, all of them with one
 * key.
 */
export class Client extends Operations {
  private readonly address: string;
  private readonly tries: number;
  private readonly patience: number;
  private readonly timeout: number;
  private readonly fetch: typeof fetch;

  constructor(
    address: string,
    private readonly token: string,
    options: Options = {},
  ) {
    super();
    if (!/^https?:\/\/[^/]/.test(address)) throw new TypeError("expected an address like http://127.0.0.1:8480");
    this.address = address.replace(/\/+$/, "");
    this.tries = Math.max(1, options.tries ?? 6);
    this.patience = options.patience ?? 30;
    this.timeout = options.timeout ?? 70;
    this.fetch = options.fetch ?? ((input, init) => fetch(input, init));
  }

  /**
   * What was done, an event for each leg, in order. Keep the `id` of the last event that you have dealt with: from
   * there on, there is no gap and nothing twice.
   */
  async *events(following: Following = {}): AsyncGenerator<Event> {
    const { kinds, wait = false, limit = 500 } = following;
    let from = following.after;
    for (;;) {
      const page = await this.getFeed({ from, kinds: kinds?.join(","), wait: wait ? WAIT : undefined, limit });
      yield* page.events;
      from = page.next;
      if (!wait && !page.more) return;
    }
  }

  /**
   * Does many commands, each with its own `program`, `request_id` and `kind`; an answer for each, in order. They are
   * not one transaction. A command without `request_id` gets one, the same for all tries.
   */
  async batch(commands: Array<Record<string, unknown>>): Promise<LineAnswer[]> {
    const lines = commands.map((command) => JSON.stringify({ request_id: newKey(), ...command }) + "\n");
    const headers = { "Content-Type": "application/x-ndjson" };
    const body = lines.join("");
    const answer = await this.send({ operation: "batch", path: [], query: {}, body, headers, isSafe: true });
    const answers = answer.split("\n").filter((line) => line.trim() !== "");
    return answers.map((line) => JSON.parse(line) as LineAnswer);
  }

  protected override async sendCommand<T>(operation: string, path: unknown[], body: unknown, how: How): Promise<T> {
    const key = how.key ?? newKey();
    const headers = { "Content-Type": "application/json", "Idempotency-Key": key };
    const query = { dry_run: how.dryRun ? true : undefined };
    const call = { operation, path, query, body: JSON.stringify(body ?? {}), headers, key, isSafe: true };
    return JSON.parse(await this.send(call)) as T;
  }

  protected override async getObject<T>(operation: string, path: unknown[], query: Query, body?: unknown): Promise<T> {
    const headers: Record<string, string> = { Accept: "application/json" };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const isSafe = OPERATIONS[operation]?.[0] === "GET";
    const sent = body === undefined ? undefined : JSON.stringify(body);
    return JSON.parse(await this.send({ operation, path, query, body: sent, headers, isSafe })) as T;
  }

  protected override getText(operation: string, path: unknown[], query: Query): Promise<string> {
    return this.send({ operation, path, query, headers: {}, isSafe: true });
  }

  /** Sends a call until it is answered. One that is not safe is sent again only where nothing was done. */
  private async send(call: Call): Promise<string> {
    const [method, pattern] = OPERATIONS[call.operation] ?? ["GET", "/"];
    const url = this.address + addressOf(pattern, call.path, call.query);
    const headers = { ...call.headers, Authorization: `Bearer ${this.token}` };
    const until = Date.now() + this.patience * 1000;
    for (let tried = 1; ; tried += 1) {
      let why: AccrueError;
      let said: string | null = null;
      try {
        const signal = AbortSignal.timeout(this.timeout * 1000);
        const answer = await this.fetch(url, { method, headers, body: call.body, signal });
        const text = await answer.text();
        if (answer.ok) return text;
        why = problemOf(answer.status, text, call.key);
        const isDone = !(call.isSafe || (why instanceof Refused && why.code === "busy"));
        if (!AGAIN.includes(answer.status) || isDone) throw why;
        said = answer.headers.get("retry-after");
      } catch (error) {
        if (error instanceof AccrueError) throw error;
        why = new Unavailable(`no answer: ${String(error)}`, call.key);
        if (!call.isSafe) throw why;
      }
      const pause = pauseMs(said, tried);
      if (tried >= this.tries || Date.now() + pause > until) throw why;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

/** Until the next try: as the server says, else longer each time, and never all clients at once. */
function pauseMs(said: string | null, tried: number): number {
  if (said !== null && /^\d+$/.test(said)) return Number(said) * 1000;
  return Math.min(2000, 50 * 2 ** tried) * (0.5 + Math.random() / 2);
}

function newKey(): string {
  return crypto.randomUUID();
}

/** The path and query of a call. */
function addressOf(pattern: string, path: unknown[], query: Query): string {
  let at = 0;
  const address = pattern.replace(/\{\w+\}/g, () => encodeURIComponent(String(path[at++])));
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null) asked.set(name, String(value));
  }
  const text = asked.toString();
  return text === "" ? address : `${address}?${text}`;
}

/** The exception for an answer. */
function problemOf(status: number, text: string, key?: string): AccrueError {
  let problem: unknown;
  try {
    problem = JSON.parse(text);
  } catch {
    problem = undefined;
  }
  if (typeof problem !== "object" || problem === null || !("code" in problem)) {
    // somebody between us and the server
    return new Unavailable(`answered ${status} without a problem`, key);
  }
  const Kind = PROBLEMS[String(problem.code)] ?? Refused;
  return new Kind(problem as Record<string, unknown>, key);
}
