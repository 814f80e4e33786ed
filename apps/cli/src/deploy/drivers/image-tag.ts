/** `registry:5000/btcforecast/gateway:1.2.0@sha256:…` → `1.2.0` */
export function tagOf(image: string): string | null {
  return /:([^:/@]+)(@[^@]*)?$/.exec(image)?.[1] ?? null;
}
