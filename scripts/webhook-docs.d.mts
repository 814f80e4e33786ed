import type { ZodType } from 'zod';

export function withEventCatalogue(page: string, events: Readonly<Record<string, ZodType>>): string;
