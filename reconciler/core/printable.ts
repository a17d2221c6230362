/** Text of other people, made safe to look at: what would move a terminal's cursor, or turn the order of letters, is shown as its code. */

/** Control characters, and those that change the direction of text, as `\u001b`. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}
