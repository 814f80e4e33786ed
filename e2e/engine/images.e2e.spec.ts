import { beforeAll, expect, it } from '@jest/globals';
import { describeWhen } from '@btcforecast/testing';
import { buildImages, docker, engineMissing, inspect, OWN_IMAGES, ownImageName } from './engine.js';

interface Image {
  readonly Size: number;
  readonly RootFS: { readonly Layers: string[] };
  readonly Config: { readonly User: string; readonly Healthcheck?: object };
}

const MEGABYTE = 1e6;
/** Of these Debian and Node are 250; Debian's PostgreSQL, Patroni, Perl and Python are most of the other. */
const OWN_MEGABYTES = 470;
const POSTGRES_MEGABYTES = 620;

const missing = engineMissing();

describeWhen(missing === '', missing)('the images', () => {
  let images: Map<string, Image>;

  beforeAll(() => {
    buildImages();
    images = imagesOf('dev');
  }, 1_800_000);

  it('are small', () => {
    const megabytes = Object.fromEntries(
      [...images].map(([target, { Size }]) => [target, Math.round(Size / MEGABYTE)]),
    );
    process.stdout.write(`megabytes: ${JSON.stringify(megabytes)}\n`);
    for (const [target, size] of Object.entries(megabytes)) {
      const most = target === 'postgres' ? POSTGRES_MEGABYTES : OWN_MEGABYTES;
      expect({ target, size, fits: size < most }).toEqual({ target, size, fits: true });
    }
  });

  it('run as users of their own, and say whether they are well', () => {
    for (const [target, { Config }] of images) {
      expect({ target, user: Config.User }).toEqual({
        target,
        user: target === 'postgres' ? '10002:10002' : '10001:10001',
      });
      if (target !== 'btcf') expect(Config.Healthcheck).toBeDefined();
    }
  });

  it('hold what runs, and nothing that builds or belongs to another platform', () => {
    for (const target of OWN_IMAGES.filter((each) => each !== 'postgres')) {
      const files = docker(
        ...['run', '--rm', '--network', 'none', '--entrypoint', 'find', ownImageName(target)],
        ...['/app', '-type', 'f', '(', '-name', '*.so*', '-o', '-name', '*.dll', '-o', '-name', '*.dylib'],
        ...['-o', '-name', '*.ts', '-o', '-name', '*.map', '-o', '-name', 'tsc.js', ')'],
      ).split('\n');
      const runtime = /onnxruntime-node\/bin\/napi-v\d+\/linux\/(x64|arm64)\/libonnxruntime\.so/;
      expect({ target, files: files.filter((file) => !runtime.test(file)) }).toEqual({ target, files: [] });
      expect(files.filter((file) => runtime.test(file))).toHaveLength(1);
    }
  });

  it('are the same, layer by layer, when they are built again', () => {
    // The first of each stage anew; what is built after it takes the stages from there.
    const names = { BTCF_VERSION: 'again' };
    buildImages({ ...names, BUILD_OPTIONS: '--no-cache' }, ['gateway', 'postgres']);
    buildImages(names, ['market-data', 'prediction', 'worker', 'btcf']);
    const again = imagesOf('again');
    for (const [target, { RootFS }] of images) {
      expect({ target, layers: again.get(target)?.RootFS.Layers }).toEqual({ target, layers: RootFS.Layers });
    }
    docker('image', 'rm', ...OWN_IMAGES.map((target) => `btcforecast/${target}:again`));
  }, 1_800_000);
});

function imagesOf(version: string): Map<string, Image> {
  const found = inspect<Image>('image', ...OWN_IMAGES.map((target) => `btcforecast/${target}:${version}`));
  return new Map(OWN_IMAGES.map((target, i) => [target, found[i] as Image]));
}
