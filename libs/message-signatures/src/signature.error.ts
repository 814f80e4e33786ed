/** What a message or its signature lacks; the text is fit to be shown to whoever sent it. */
export class SignatureError extends Error {}
