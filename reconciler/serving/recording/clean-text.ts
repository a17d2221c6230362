/** Text that every store takes. Postgres has neither NUL nor half of a surrogate pair; both become U+FFFD. */

// Under the flag u a surrogate is one without its partner.
const unstorable = /\0|\p{Surrogate}/u
const allUnstorable = /\0|\p{Surrogate}/gu

export function cleanText(text: string): string {
  return unstorable.test(text) ? text.replace(allUnstorable, '\ufffd') : text
}
