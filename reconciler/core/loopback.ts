/** Which addresses reach this machine alone. */

const octet = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)'
const loopback4 = new RegExp(`^127(?:\\.${octet}){3}$`)

/** True for `localhost`, `::1` and 127.0.0.0/8 (RFC 6890, section 2.2.2). */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || loopback4.test(host)
}
