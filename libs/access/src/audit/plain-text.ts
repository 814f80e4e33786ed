/** Somebody will put a key where it does not belong one day. */
const KEY_TEXT = /btcf_[0-9a-z]{0,12}_[\w%-]*/gi;
// Control characters forge lines where text is shown, and the database takes no NUL.
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;

/** A text from outside, fit to be kept: one line, well-formed, no key in it, at most `max` UTF-16 code units. */
export function plainText(text: string, max: number): string {
  return text
    .slice(0, 4 * max) // so that a huge text costs nothing
    .replace(CONTROLS, ' ')
    .replace(KEY_TEXT, 'btcf_…')
    .slice(0, max)
    .toWellFormed();
}
