import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { answerErrors } from '../azureml/arm/answer-errors.ts';
import { type CollectionContext, collection } from '../azureml/arm/collection.ts';
import * as errors from '../azureml/arm/errors.ts';
import { envelope, integer, object, text } from '../azureml/arm/shape.ts';
import { openResourceStore } from '../azureml/arm/store.ts';

const shelves = collection<CollectionContext>({
  path: 'shelves/:shelf',
  one: 'Shelf',
  names: { shelf: 'name of a shelf' },
  shape: envelope(object({}, { room: text })),
  defaults: { room: null },
  below: ['books'],
});
const books = collection<CollectionContext>({
  path: 'shelves/:shelf/books/:book',
  one: 'Book',
  names: { book: 'name of a book' },
  shape: envelope(object({ pages: integer }, { title: text })),
  defaults: { title: null },
  sets: { provisioningState: 'Succeeded' },
  parent({ context, params }) {
    if (!context.store.get(`shelves/${params.shelf}`)) throw errors.resourceNotFound('Shelf', String(params.shelf));
  },
  keep:
    ({ request }) =>
    ({ properties }) =>
      properties.pages >= Number(request.query.atLeast ?? 0),
  patch: {
    shape: object({}, { properties: object({}, { title: text }) }),
    change: (_call, { properties }, older) => ({ ...older, properties: { ...older.properties, ...properties } }),
  },
  present: ({ name, properties }) => ({ name, properties }),
  actions: { open: ({ response }, { properties }) => void response.json({ page: properties.pages }) },
});

describe('a declared collection of ARM resources', () => {
  let server: Server;
  let address: string;
  before((done) => {
    const store = openResourceStore({ rootId: '/library', type: 'Library' });
    const app = express().use(express.json());
    app.use((_request, response, next) => {
      response.locals.claims = { appid: 'reader' };
      next();
    });
    app.use(shelves({ store, url: 'http://library' }), books({ store, url: 'http://library' }));
    app.use(answerErrors(() => {}, 'here'));
    server = createServer(app).listen(0, '127.0.0.1', () => {
      address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      done();
    });
  });
  after(() => server.close());

  const call = async (method: string, path: string, body?: unknown) => {
    const headers = { 'content-type': 'application/json' };
    const sent = body === undefined ? {} : { headers, body: JSON.stringify(body) };
    const answer = await fetch(`${address}/${path}`, { method, ...sent });
    const content = await answer.text();
    return { status: answer.status, body: content === '' ? undefined : JSON.parse(content) };
  };
  const put = (path: string, properties: object) => call('PUT', path, { properties });

  it('creates with 201, changes with 200, and fills in what was not sent', async () => {
    const created = await put('shelves/a', {});
    assert.equal(created.status, 201);
    assert.equal(created.body.id, '/library/shelves/a');
    assert.deepEqual(created.body.properties, { room: null });
    assert.equal(created.body.systemData.createdBy, 'reader');
    assert.equal((await put('shelves/a', { room: 'hall' })).status, 200);
    assert.deepEqual((await call('GET', 'shelves/a')).body.properties, { room: 'hall' });
  });

  it('shows a resource as the kind presents it, in every answer', async () => {
    const book = { name: 'b', properties: { title: null, pages: 3, provisioningState: 'Succeeded' } };
    assert.deepEqual((await put('shelves/a/books/b', { pages: 3 })).body, book);
    assert.deepEqual((await call('GET', 'shelves/a/books/b')).body, book);
    assert.deepEqual((await call('GET', 'shelves/a/books')).body, { value: [book] });
    const titled = { ...book, properties: { ...book.properties, title: 'T' } };
    assert.deepEqual((await call('PATCH', 'shelves/a/books/b', { properties: { title: 'T' } })).body, titled);
  });

  it('lists what the query asks for', async () => {
    await put('shelves/a/books/thick', { pages: 900 });
    const { value } = (await call('GET', 'shelves/a/books?atLeast=500')).body;
    assert.deepEqual(
      value.map(({ name }: { name: string }) => name),
      ['thick'],
    );
  });

  it('refuses wrong names, wrong bodies and a parent that does not exist', async () => {
    assert.equal((await put('shelves/a/books/-b', { pages: 3 })).status, 400);
    assert.equal((await put('shelves/a/books/c', { pages: 'three' })).status, 400);
    assert.equal((await put('shelves/none/books/b', { pages: 3 })).status, 404);
    assert.equal((await call('GET', 'shelves/none/books')).status, 404);
    assert.match((await call('GET', 'shelves/a/books/none')).body.error.message, /^Book none was not found\.$/);
  });

  it('acts on a resource that exists', async () => {
    assert.deepEqual((await call('POST', 'shelves/a/books/b/open')).body, { page: 3 });
    assert.equal((await call('POST', 'shelves/a/books/none/open')).status, 404);
  });

  it('deletes a resource with what is below it: 200, then 204', async () => {
    assert.equal((await call('DELETE', 'shelves/a')).status, 200);
    assert.equal((await call('DELETE', 'shelves/a')).status, 204);
    await put('shelves/a', {});
    assert.deepEqual((await call('GET', 'shelves/a/books')).body, { value: [] });
  });
});
