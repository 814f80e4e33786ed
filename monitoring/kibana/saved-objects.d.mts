interface Saved<Attributes> {
  readonly type: string;
  readonly id: string;
  readonly attributes: Attributes;
  readonly references: readonly { readonly name: string; readonly type: string; readonly id: string }[];
}

export const searches: readonly Saved<{
  readonly columns: readonly string[];
  readonly kibanaSavedObjectMeta: { readonly searchSourceJSON: string };
}>[];
export const savedObjects: readonly Saved<object>[];
