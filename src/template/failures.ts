import { errors } from 'undici';
import {
  NotJsonError,
  TemplateError,
  TimeoutError,
  TlsError,
  TooLargeError,
  UnreachableError,
  type Call,
  type TimeLimit,
} from './errors.ts';
import type { TemplateLimits } from './limits.ts';

type TimeLimits = Pick<TemplateLimits, 'connectMs' | 'headersMs' | 'idleMs' | 'callMs'>;

const timeoutCodes: Record<string, [TimeLimit, keyof TimeLimits]> = {
  UND_ERR_CONNECT_TIMEOUT: ['CONNECT', 'connectMs'],
  UND_ERR_HEADERS_TIMEOUT: ['HEADERS', 'headersMs'],
  UND_ERR_BODY_TIMEOUT: ['IDLE', 'idleMs'],
};

/** OpenSSL's verification results and Node's own TLS errors; see node:tls, "X509 certificate error codes". */
const tlsCodes =
  /^(EPROTO|ERR_TLS_|ERR_SSL_|CERT_|CRL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|INVALID_|HOSTNAME_MISMATCH|ERROR_IN_C)/;

/**
 * What a failed call means in terms of the site. A failure that says nothing about the site (a fault of ours) comes
 * back as it is.
 */
export function toSiteFailure(
  error: unknown,
  call: Call,
  limits: TimeLimits,
  { timeIsUp, answerBegan }: { timeIsUp: boolean; answerBegan: boolean },
): unknown {
  if (error instanceof TemplateError) return error;
  if (timeIsUp) return new TimeoutError(call, 'WHOLE_CALL', limits.callMs, { cause: error });
  const code = codeOf(error);
  // The parser's error carries the bytes it stumbled over, which belong in no log. It may have no code.
  if (error instanceof errors.HTTPParserError)
    return new UnreachableError(call, code ?? 'HPE_NOT_HTTP', answerBegan);
  if (code === null) return error;
  const timeout = timeoutCodes[code];
  if (timeout !== undefined) return new TimeoutError(call, timeout[0], limits[timeout[1]], { cause: error });
  if (code === 'UND_ERR_HEADERS_OVERFLOW')
    return new TooLargeError(call, 'headers', 16 * 1024, { cause: error });
  if (code.startsWith('Z_'))
    return new NotJsonError(call, 'a compressed body that does not unpack', { cause: error });
  if (tlsCodes.test(code)) return new TlsError(call, code, { cause: error });
  return isNetworkCode(code) ? new UnreachableError(call, code, answerBegan, { cause: error }) : error;
}

function isNetworkCode(code: string): boolean {
  return (
    code === 'UND_ERR_SOCKET' ||
    code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH' ||
    /^(?!ERR_)(E[A-Z0-9_]+|HPE_\w+)$/.test(code)
  );
}

/** An AggregateError (all addresses of a name refused) carries the code of its first. */
function codeOf(error: unknown): string | null {
  if (typeof error !== 'object' || error === null) return null;
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return null;
}
