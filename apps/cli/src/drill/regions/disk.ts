import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Of the controller blkio in version 1 of control groups: what all processes together may write to a device. */
const WRITES_PER_SECOND = '/sys/fs/cgroup/blkio/blkio.throttle.write_iops_device';
const BALLAST = 'ballast';
const REST = 'ballast-rest';
const AT_ONCE = 0.95;
const FULL_BYTES = 1_048_576;
/** More than a node of the rig ever has; the file behind it takes what is used. */
const SIZE = '3G';

/** A file system of its own under a volume of the rig, which can be filled and slowed down. */
export class Disk {
  readonly path: string;

  /** @param volume its name in the compose file */
  constructor(
    private readonly folder: string,
    private readonly volume: string,
  ) {
    this.path = join(folder, 'volumes', volume);
  }

  /** Makes it, before anything lies in the volume. It goes with the mounts of the rig. */
  make(): void {
    const image = join(this.folder, 'disks', this.volume);
    mkdirSync(join(this.folder, 'disks'), { recursive: true });
    mkdirSync(this.path, { recursive: true });
    execFileSync('truncate', ['--size', SIZE, image]);
    execFileSync('mkfs.ext4', ['-q', '-m', '0', image]);
    execFileSync('mount', ['-o', 'loop', image, this.path]);
    // The exporter of the host has no privileges, and has to find it.
    chmodSync(this.folder, 0o711);
    // The kernel keeps the limit of a loop device that went, for the next one of its number.
    if (canLimit()) this.limitWrites(0);
  }

  /** Takes all that is free: most of it at once, and the rest, which others write to meanwhile, until there is none. */
  fill(): void {
    const { bavail, bsize } = statfsSync(this.path);
    const most = Math.floor(bavail * AT_ONCE) * bsize;
    execFileSync('fallocate', ['--length', String(most), join(this.path, BALLAST)]);
    // Ends with an error: no space left on device.
    spawnSync('dd', ['if=/dev/zero', `of=${join(this.path, REST)}`, 'bs=64k', 'status=none']);
    if (statfsSync(this.path).bavail * bsize > FULL_BYTES)
      throw new Error(`${this.path} could not be filled`);
  }

  makeSpace(): void {
    for (const file of [BALLAST, REST]) rmSync(join(this.path, file));
  }

  /** @param perSecond writes of a block or many; 0: no limit */
  limitWrites(perSecond: number): void {
    writeFileSync(WRITES_PER_SECOND, `${this.#device()} ${perSecond}\n`);
  }

  #device(): string {
    const { dev } = statSync(this.path);
    // As makedev(3) packs them, for the small numbers of loop devices.
    return `${(dev >> 8) & 0xfff}:${(dev & 0xff) | ((dev >> 12) & 0xfff00)}`;
  }
}

const canLimit = (): boolean => existsSync(WRITES_PER_SECOND);

/** Why writes cannot be slowed down here; null: they can. */
export function slowDiskHindrance(): string | null {
  if (canLimit()) return null;
  return `there is no ${WRITES_PER_SECOND}: start Linux with the controller blkio of control groups version 1 (systemd.unified_cgroup_hierarchy=0)`;
}
