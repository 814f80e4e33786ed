/** What a family adds to the card of its models. */
export interface CardParts {
  /** What kind of model it is: a paragraph. */
  readonly summary: string;
  /** Rows of the table of training: name and value. */
  readonly training: readonly (readonly [name: string, value: string])[];
  /** Sections of their own, Markdown. */
  readonly sections: readonly string[];
  /** What this kind of model cannot do. */
  readonly limits: readonly string[];
}
