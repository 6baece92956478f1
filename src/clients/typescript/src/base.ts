// What operations and problems are made of. The operations themselves are in `model`.

/** Everything that this package throws. */
export class AccrueError extends Error {
  /** The `Idempotency-Key` of the command, if it was one: with it, and the same body, it can be sent again. */
  readonly key: string | undefined;

  constructor(message: string, key?: string) {
    super(message);
    this.name = new.target.name;
    this.key = key;
  }
}

/** The server answered that it does not do it: a problem (RFC 9457). Its figures are fields. */
export class Refused extends AccrueError {
  readonly code: string;
  readonly status: number;
  readonly detail: string;
  /** The figures by name. */
  readonly figures: Record<string, unknown>;

  constructor(problem: Record<string, unknown>, key?: string) {
    super(String(problem.detail ?? problem.code), key);
    const { type, title, status, code, detail, ...figures } = problem;
    this.code = String(code);
    this.status = Number(status);
    this.detail = String(detail ?? "");
    this.figures = figures;
    Object.assign(this, figures);
  }
}

/** No answer came, however often it was tried. A command may have been done, or not: send it again with `key`. */
export class Unavailable extends AccrueError {}

/** A page of rows. */
export interface Page<Row> {
  rows: Row[];
  /** The cursor of the page after it. */
  next: string | null;
}

/** Rows in pages: `for await` goes over all rows; `page()` is the first page alone. */
export class Pages<Row> implements AsyncIterable<Row> {
  constructor(
    private readonly get: (cursor?: string) => Promise<Page<Row>>,
    private readonly cursor?: string,
  ) {}

  /** The first page. */
  page(): Promise<Page<Row>> {
    return this.get(this.cursor);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Row> {
    let page = await this.page();
    for (;;) {
      yield* page.rows;
      if (page.next === null) return;
      page = await this.get(page.next);
    }
  }
}

/** How a command is sent. */
export interface How {
  /** The `Idempotency-Key`; by default a new one. */
  key?: string;
  /** Whether nothing is done, and the receipt is the one that there would be. */
  dryRun?: boolean;
}

/** A query: what is undefined is not said. */
export type Query = Record<string, string | number | boolean | null | undefined>;

/** What the operations need. */
export abstract class Base {
  protected abstract sendCommand<T>(operation: string, path: unknown[], body: unknown, how: How): Promise<T>;
  protected abstract getObject<T>(operation: string, path: unknown[], query: Query, body?: unknown): Promise<T>;
  protected abstract getText(operation: string, path: unknown[], query: Query): Promise<string>;

  protected getPages<Row>(operation: string, path: unknown[], query: Query): Pages<Row> {
    const get = (cursor?: string) => this.getObject<Page<Row>>(operation, path, { ...query, cursor });
    return new Pages(get, query.cursor === undefined ? undefined : String(query.cursor));
  }
}
