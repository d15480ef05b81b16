import { CimaiseError } from '../core/errors.ts';

/** The call a failure belongs to: method and path on the template site, without its origin, prefix or query. */
export interface Call {
  method: 'GET' | 'PUT';
  path: string;
}

/** A failure of one call to a template site. `code` is stable; the message never holds a key or a body. */
export abstract class TemplateError extends CimaiseError {
  readonly method: Call['method'];
  readonly path: string;

  constructor(call: Call, sentence: string, options?: ErrorOptions) {
    super(`${call.method} ${call.path}: ${sentence}`, options);
    this.method = call.method;
    this.path = call.path;
  }
}

/** 401 or 403, or a key that no header can carry (then `status` is null and nothing was sent). */
export class KeyRefusedError extends TemplateError {
  override readonly name = 'KeyRefusedError';
  readonly code = 'KEY_REFUSED';
  readonly status: number | null;

  constructor(call: Call, status: number | null) {
    super(
      call,
      status === null
        ? 'expected a key of printable ASCII characters, got one that no header can carry; enter the site key again'
        : `expected status 200, got ${status}: the site refuses its key; enter the key shown by the site's admin page`,
    );
    this.status = status;
  }
}

export class NotFoundError extends TemplateError {
  override readonly name = 'NotFoundError';
  readonly code = 'NOT_FOUND';
  readonly status = 404;

  constructor(call: Call) {
    super(call, "expected status 200, got 404; check the site's address and that it runs a template release");
  }
}

export class RateLimitedError extends TemplateError {
  override readonly name = 'RateLimitedError';
  readonly code = 'RATE_LIMITED';
  readonly status = 429;
  /** What the site asked for in `Retry-After`; null where it said nothing readable. */
  readonly retryAfterMs: number | null;

  constructor(call: Call, retryAfterMs: number | null) {
    const wait = retryAfterMs === null ? 'later' : `after ${Math.ceil(retryAfterMs / 1000)} s`;
    super(call, `expected status 200, got 429: the site limits its calls; try again ${wait}`);
    this.retryAfterMs = retryAfterMs;
  }
}

export class ServerError extends TemplateError {
  override readonly name = 'ServerError';
  readonly code = 'SERVER_ERROR';
  readonly status: number;

  constructor(call: Call, status: number) {
    super(
      call,
      `expected status 200, got ${status}: the site failed inside; try again, then look at its log`,
    );
    this.status = status;
  }
}

export class UnexpectedStatusError extends TemplateError {
  override readonly name = 'UnexpectedStatusError';
  readonly code = 'UNEXPECTED_STATUS';
  readonly status: number;

  constructor(call: Call, status: number) {
    super(call, `expected status 200, got ${status}; check that this address is a template site`);
    this.status = status;
  }
}

export class RedirectedError extends TemplateError {
  override readonly name = 'RedirectedError';
  readonly code = 'REDIRECTED';
  readonly status: number;
  /** Scheme, host and port it points to, never its path; null where none was readable. */
  readonly targetOrigin: string | null;

  constructor(call: Call, status: number, targetOrigin: string | null) {
    super(
      call,
      `expected status 200, got ${status}, a redirect to ${targetOrigin ?? 'nowhere readable'}, which is not followed; ` +
        "if the site has moved, change the site's address",
    );
    this.status = status;
    this.targetOrigin = targetOrigin;
  }
}

/** Which limit ran out: reaching the site, its first answer, the next bytes of its answer, the call as a whole. */
export type TimeLimit = 'CONNECT' | 'HEADERS' | 'IDLE' | 'WHOLE_CALL';

const waitedFor: Record<TimeLimit, string> = {
  CONNECT: 'a connection',
  HEADERS: 'the start of an answer',
  IDLE: 'the next bytes of the answer',
  WHOLE_CALL: 'the whole answer',
};

export class TimeoutError extends TemplateError {
  override readonly name = 'TimeoutError';
  readonly code = 'TIMEOUT';
  readonly limit: TimeLimit;
  readonly limitMs: number;

  constructor(call: Call, limit: TimeLimit, limitMs: number, options?: ErrorOptions) {
    super(
      call,
      `expected ${waitedFor[limit]} within ${limitMs} ms, none came; check that the site is up, then try again`,
      options,
    );
    this.limit = limit;
    this.limitMs = limitMs;
  }
}

/** No whole answer over the network: name not found, refused, reset, closed early, or not HTTP at all. */
export class UnreachableError extends TemplateError {
  override readonly name = 'UnreachableError';
  readonly code = 'UNREACHABLE';
  /** The system's or the HTTP parser's own code: ENOTFOUND, ECONNREFUSED, ECONNRESET, UND_ERR_SOCKET, HPE_… */
  readonly systemCode: string;

  /** Whether the site had begun to answer: then it is up, and fails or is cut off while it answers. */
  readonly answerBegan: boolean;

  constructor(call: Call, systemCode: string, answerBegan: boolean, options?: ErrorOptions) {
    super(
      call,
      answerBegan
        ? `expected the whole answer, the connection ended inside it (${systemCode}); try again, then look at the site's log`
        : `expected an HTTP answer, the connection failed (${systemCode}); check the site's address and that it is up`,
      options,
    );
    this.answerBegan = answerBegan;
    this.systemCode = systemCode;
  }
}

export class TlsError extends TemplateError {
  override readonly name = 'TlsError';
  readonly code = 'TLS_FAILED';
  readonly systemCode: string;

  constructor(call: Call, systemCode: string, options?: ErrorOptions) {
    super(
      call,
      `expected a secure connection, TLS failed (${systemCode}); renew or correct the site's certificate`,
      options,
    );
    this.systemCode = systemCode;
  }
}

export class NotJsonError extends TemplateError {
  override readonly name = 'NotJsonError';
  readonly code = 'NOT_JSON';
  /** What came instead, in words of ours: "an HTML page", "an empty body", "JSON cut off after 12 records". */
  readonly came: string;

  constructor(call: Call, came: string, options?: ErrorOptions) {
    super(call, `expected a JSON object, got ${came}; check that this address is a template site`, options);
    this.came = came;
  }
}

export class WrongShapeError extends TemplateError {
  override readonly name = 'WrongShapeError';
  readonly code = 'WRONG_SHAPE';
  /** Where in the answer: `data`, `success`, `stats.orders_count`; empty for the answer itself. */
  readonly where: string;

  constructor(call: Call, where: string, expected: string, came: string, options?: ErrorOptions) {
    const place = where === '' ? '' : ` at ${where}`;
    super(
      call,
      `expected ${expected}${place}, got ${came}; this template release answers in a way Cimaise does not know`,
      options,
    );
    this.where = where;
  }
}

export class TooLargeError extends TemplateError {
  override readonly name = 'TooLargeError';
  readonly code = 'TOO_LARGE';
  readonly part: 'answer' | 'envelope' | 'headers';
  readonly limitBytes: number;

  constructor(call: Call, part: TooLargeError['part'], limitBytes: number, options?: ErrorOptions) {
    super(
      call,
      `expected at most ${limitBytes} bytes of ${part}, more came; the rest was not read: look at what the site sends`,
      options,
    );
    this.part = part;
    this.limitBytes = limitBytes;
  }
}

/** The site refuses a setting's value (400). */
export class SettingRejectedError extends TemplateError {
  override readonly name = 'SettingRejectedError';
  readonly code = 'SETTING_REJECTED';
  readonly status = 400;
  /** The site's own reason code, such as `invalid_publishable_format` or `missing_value`; null where it gave none. */
  readonly reason: string | null;

  constructor(call: Call, reason: string | null) {
    super(
      call,
      `expected status 200, got 400: the site rejects the value (${reason ?? 'no reason given'}); correct it`,
    );
    this.reason = reason;
  }
}

/** Cimaise itself refuses to write this setting; nothing was sent. */
export class SettingNotSentError extends TemplateError {
  override readonly name = 'SettingNotSentError';
  readonly code = 'SETTING_NOT_SENT';
  readonly reason: 'SECRET_KEY' | 'SECRET_VALUE' | 'MASKED_VALUE' | 'UNUSABLE_KEY';

  constructor(call: Call, reason: SettingNotSentError['reason']) {
    super(call, `${notSentSentence[reason]}; nothing was sent`);
    this.reason = reason;
  }
}

const notSentSentence: Record<SettingNotSentError['reason'], string> = {
  SECRET_KEY: 'expected a public setting, got a secret one: enter secrets on the site itself',
  SECRET_VALUE: 'expected a public value, got one that looks like a secret key: use the publishable key',
  MASKED_VALUE: 'expected a value, got the mask that stands for one: enter the value itself',
  UNUSABLE_KEY:
    'expected a setting name of 1 to 200 characters, got one that no address can carry: correct it',
};
