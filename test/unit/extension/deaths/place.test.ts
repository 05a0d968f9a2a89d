import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closestTo, placeParts } from '../../../../extension/deaths/place.ts';

const WORKSPACE = ['/home/ana/shop/start.py', '/home/ana/shop/admin/start.py', '/home/ana/old/start.py'].map(
  (path) => ({
    path,
  }),
);

function found(file: string): readonly string[] {
  return closestTo(placeParts(file) ?? [], WORKSPACE).map(({ path }) => path);
}

test('a file of a container is the one of the workspace whose path ends most alike', () => {
  assert.deepEqual(found('/app/shop/start.py'), ['/home/ana/shop/start.py']);
  assert.deepEqual(found('/srv/shop/admin/start.py'), ['/home/ana/shop/admin/start.py']);
  assert.deepEqual(found('C:\\build\\old\\start.py'), ['/home/ana/old/start.py']);
  assert.deepEqual(found('./old/./start.py'), ['/home/ana/old/start.py']);
});

test('where several are equally alike a person has to choose, and none is none', () => {
  assert.equal(found('/app/start.py').length, 3);
  assert.deepEqual(found('/app/other.py'), []);
});

test('what is no plain name is not looked for', () => {
  for (const file of [
    '',
    '/',
    '../../etc/passwd',
    '/app/../x.py',
    '/app/*',
    '/app/{a,b}.py',
    '/app/[x].py',
    '/app/a?.py',
    '/app/a\nb',
  ])
    assert.equal(placeParts(file), undefined, file);
  assert.deepEqual(placeParts('/app/größe.py'), ['app', 'größe.py']);
});
