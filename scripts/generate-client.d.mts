export function generateClient(document: object): Promise<Record<string, string>>;
