/**
 * Reads a bbolt database, which Podman up to 4 keeps its containers in: pages of a B+ tree, where a bucket is
 * a value that names the root page of a tree of its own, or holds its only page itself. Read-only and without
 * the file's lock, which Podman holds while it works: pages are copied on write, and `isSame` says whether the
 * snapshot was whole. Everything read is bounded, since the file can be a user's own.
 */

const META_MAGIC = 0xed0cdaed;
const VERSION = 2;
const PAGE_HEADER = 16;
const ELEMENT = 16;
const BUCKET_HEADER = 16;
const META_PAGES = 2;

const FLAG_BRANCH = 0x01;
const FLAG_LEAF = 0x02;
const LEAF_IS_BUCKET = 0x01;

const MAX_DEPTH = 24;
const MAX_PAGES = 4_096;

/** The bytes at an offset, exactly as many; throws where the file is shorter. */
export type ReadAt = (offset: number, length: number) => Buffer;

export class BoltError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'BoltError';
  }
}

interface Meta {
  readonly pageSize: number;
  readonly root: number;
  readonly transaction: bigint;
}

/** A key with its value, or with the bucket that it is. */
interface Entry {
  readonly key: Buffer;
  readonly value: Buffer;
  readonly isBucket: boolean;
}

/** A tree: on pages of the file, or on one page within its parent's value. */
export type Bucket = { readonly page: number } | { readonly inline: Buffer };

export class BoltReader {
  readonly #readAt: ReadAt;
  readonly #meta: Meta;
  #pages = 0;

  /** @throws BoltError where it is no such database */
  constructor(readAt: ReadAt) {
    this.#readAt = readAt;
    this.#meta = readMeta(readAt);
  }

  get root(): Bucket {
    return { page: this.#meta.root };
  }

  /** False when somebody has written since: what was read may be of two times. */
  isSame(): boolean {
    return readMeta(this.#readAt).transaction === this.#meta.transaction;
  }

  /** A bucket within a bucket. */
  bucket(within: Bucket, name: string): Bucket | undefined {
    const found = this.#find(within, Buffer.from(name));
    return found?.isBucket === true ? bucketIn(found.value) : undefined;
  }

  value(within: Bucket, key: string): Buffer | undefined {
    const found = this.#find(within, Buffer.from(key));
    return found?.isBucket === false ? found.value : undefined;
  }

  /** Names of the buckets within, at most `limit`. */
  names(within: Bucket, limit: number): string[] {
    const names: string[] = [];
    const visit = (page: Buffer, depth: number): void => {
      if (depth > MAX_DEPTH) throw new BoltError('the tree is too deep');
      if (isBranch(page)) {
        for (let index = 0; index < countOf(page) && names.length < limit; index += 1) {
          visit(this.#page(childOf(page, index)), depth + 1);
        }
        return;
      }
      for (let index = 0; index < countOf(page) && names.length < limit; index += 1) {
        const entry = entryOf(page, index);
        if (entry.isBucket) names.push(entry.key.toString('utf8'));
      }
    };
    visit(this.#top(within), 0);
    return names;
  }

  #find(within: Bucket, key: Buffer): Entry | undefined {
    let page = this.#top(within);
    for (let depth = 0; depth <= MAX_DEPTH; depth += 1) {
      if (!isBranch(page)) {
        for (let index = 0; index < countOf(page); index += 1) {
          const entry = entryOf(page, index);
          if (entry.key.equals(key)) return entry;
        }
        return undefined;
      }
      // The last child whose first key is not beyond what is looked for.
      let next = 0;
      for (let index = 1; index < countOf(page); index += 1) {
        if (Buffer.compare(keyOfBranch(page, index), key) <= 0) next = index;
      }
      page = this.#page(childOf(page, next));
    }
    throw new BoltError('the tree is too deep');
  }

  #top(bucket: Bucket): Buffer {
    return 'inline' in bucket ? checked(bucket.inline) : this.#page(bucket.page);
  }

  #page(id: number): Buffer {
    this.#pages += 1;
    if (this.#pages > MAX_PAGES) throw new BoltError('too many pages');
    const { pageSize } = this.#meta;
    const head = this.#readAt(id * pageSize, PAGE_HEADER);
    // A page goes on over others where one entry is longer than it.
    const overflow = head.readUInt32LE(12);
    if (overflow > MAX_PAGES) throw new BoltError('a page is too long');
    return checked(this.#readAt(id * pageSize, (overflow + 1) * pageSize));
  }
}

function readMeta(readAt: ReadAt): Meta {
  // Pages are as long as the machine's that made the file; the first meta page begins at 0 in any case.
  const pageSize = metaAt(readAt, 0)?.pageSize ?? 4_096;
  const metas = Array.from({ length: META_PAGES }, (_, index) => metaAt(readAt, index * pageSize));
  const newest = metas
    .filter((meta) => meta !== undefined)
    .reduce<Meta | undefined>(
      (best, meta) => (best === undefined || meta.transaction > best.transaction ? meta : best),
      undefined,
    );
  if (newest === undefined) throw new BoltError('this is no bbolt database');
  return newest;
}

/** `undefined` where it is damaged: half written, then the other one is good. */
function metaAt(readAt: ReadAt, offset: number): Meta | undefined {
  const bytes = readAt(offset, PAGE_HEADER + 64).subarray(PAGE_HEADER);
  if (bytes.readUInt32LE(0) !== META_MAGIC || bytes.readUInt32LE(4) !== VERSION) return undefined;
  if (bytes.readBigUInt64LE(56) !== fnv1a(bytes.subarray(0, 56))) return undefined;
  const pageSize = bytes.readUInt32LE(8);
  if (pageSize < 512 || pageSize > 65_536) return undefined;
  return { pageSize, root: pageNumber(bytes.readBigUInt64LE(16)), transaction: bytes.readBigUInt64LE(48) };
}

function fnv1a(bytes: Buffer): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const byte of bytes) hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn;
  return hash;
}

function pageNumber(id: bigint): number {
  if (id > 0xffffffffn) throw new BoltError('a page lies far outside');
  return Number(id);
}

function checked(page: Buffer): Buffer {
  const flags = page.length < PAGE_HEADER ? 0 : page.readUInt16LE(8);
  if (flags !== FLAG_BRANCH && flags !== FLAG_LEAF) throw new BoltError('a page is of another kind');
  if (PAGE_HEADER + countOf(page) * ELEMENT > page.length) throw new BoltError('a page is cut off');
  return page;
}

function isBranch(page: Buffer): boolean {
  return page.readUInt16LE(8) === FLAG_BRANCH;
}

function countOf(page: Buffer): number {
  return page.readUInt16LE(10);
}

function childOf(page: Buffer, index: number): number {
  return pageNumber(page.readBigUInt64LE(PAGE_HEADER + index * ELEMENT + 8));
}

function keyOfBranch(page: Buffer, index: number): Buffer {
  const at = PAGE_HEADER + index * ELEMENT;
  return slice(page, at + page.readUInt32LE(at), page.readUInt32LE(at + 4));
}

function entryOf(page: Buffer, index: number): Entry {
  const at = PAGE_HEADER + index * ELEMENT;
  const key = at + page.readUInt32LE(at + 4);
  const keyLength = page.readUInt32LE(at + 8);
  return {
    isBucket: (page.readUInt32LE(at) & LEAF_IS_BUCKET) !== 0,
    key: slice(page, key, keyLength),
    value: slice(page, key + keyLength, page.readUInt32LE(at + 12)),
  };
}

function slice(page: Buffer, from: number, length: number): Buffer {
  if (from + length > page.length) throw new BoltError('an entry is cut off');
  return page.subarray(from, from + length);
}

function bucketIn(value: Buffer): Bucket {
  if (value.length < BUCKET_HEADER) throw new BoltError('a bucket is cut off');
  const root = pageNumber(value.readBigUInt64LE(0));
  return root === 0 ? { inline: value.subarray(BUCKET_HEADER) } : { page: root };
}
