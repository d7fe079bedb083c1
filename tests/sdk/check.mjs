// Does with the official OpenAI client for Node what programs do, against the AiSora at AISORA_URL.
// Prints one line for each thing that works; anything else ends it with an error.

import OpenAI, { toFile } from 'openai';

const baseURL = `${process.env.AISORA_URL}/v1`;
const client = (apiKey) => new OpenAI({ baseURL, apiKey, maxRetries: 0 });

async function refused(kind, call) {
  try {
    await call();
  } catch (error) {
    if (error instanceof kind) return error;
    throw error;
  }
  throw new Error(`${kind.name} was not thrown`);
}

function check(what, holds) {
  if (!holds) throw new Error(what);
  console.log(what);
}

async function all(page) {
  const list = [];
  for await (const video of page) list.push(video);
  return list;
}

async function bytes(id, variant) {
  const answer = await api.videos.downloadContent(id, variant ? { variant } : undefined);
  return Buffer.from(await answer.arrayBuffer());
}

async function ended(video) {
  while (video.status === 'queued' || video.status === 'in_progress') {
    const { data, response } = await api.videos.retrieve(video.id).withResponse();
    const pause = Number(response.headers.get('openai-poll-after-ms') ?? 0);
    await new Promise((done) => setTimeout(done, pause));
    video = data;
  }
  return video;
}

const api = client(process.env.AISORA_KEY);
const request = { prompt: 'a paper boat in the rain', model: 'builtin', size: '128x72', seconds: '1' };
const video = await ended(await api.videos.create(request));
check('create_and_poll', video.status === 'completed' && video.seconds === '1' && video.size === '128x72');
check('retrieve', JSON.stringify(await api.videos.retrieve(video.id)) === JSON.stringify(video));

const raw = await api.videos.create({ prompt: 'a lighthouse' }).withResponse();
check('raw response', raw.response.headers.get('x-aisora-credits').startsWith('held=') && raw.data.model === 'builtin');
const other = await ended(raw.data);
check('poll', other.status === 'completed' && other.progress === 100);

const film = await bytes(video.id);
const jpeg = (data) => data.subarray(0, 3).toString('hex') === 'ffd8ff';
const stills = [await bytes(video.id, 'thumbnail'), await bytes(video.id, 'spritesheet')];
check('download_content', film.subarray(4, 8).toString() === 'ftyp' && stills.every(jpeg));

const remix = await api.videos.remix(video.id, { prompt: 'the same at night' });
check('remix', remix.remixed_from_video_id === video.id && remix.prompt === 'the same at night');
await ended(remix);

const longer = await ended(await api.videos.extend({ prompt: 'it goes on', seconds: '1', video: { id: video.id } }));
check('extend', longer.status === 'completed' && Number(longer.seconds) === Number(video.seconds) + 1);

const listed = (await all(api.videos.list({ limit: 1, order: 'asc' }))).map((one) => one.id);
check('list', listed.join() === [video.id, other.id, remix.id, longer.id].join());

const headers = { 'Idempotency-Key': 'node' };
const once = await api.videos.create({ prompt: 'once' }, { headers });
const again = await api.videos.create({ prompt: 'once' }, { headers });
check('idempotency', again.id === once.id && (await all(api.videos.list())).length === 5);
await ended(again);

const deleted = [];
for (const id of [...listed, again.id]) deleted.push(await api.videos.delete(id));
const gone = deleted.every((one) => one.deleted && one.object === 'video.deleted');
check('delete', gone && (await all(api.videos.list())).length === 0);

let error = await refused(OpenAI.NotFoundError, () => api.videos.retrieve(video.id));
check('404', error.code === 'not_found');
error = await refused(OpenAI.BadRequestError, () => api.videos.create({ prompt: 'x', size: '1x1' }));
check('400', error.param === 'size' && error.code === 'invalid_value');
const picture = await toFile(Buffer.from('89504e47ff', 'hex'), 'a.png', { type: 'image/png' });
error = await refused(OpenAI.BadRequestError, () => api.videos.create({ prompt: 'x', input_reference: picture }));
check('400 for a picture', error.param === 'input_reference');
error = await refused(OpenAI.AuthenticationError, () => client('sk-wrong').videos.list());
check('401', error.code === 'invalid_api_key');
const capped = client(process.env.AISORA_KEY_CAPPED);
error = await refused(OpenAI.APIError, () => capped.videos.create({ prompt: 'x', seconds: '2' }));
check('402', error.status === 402 && error.code === 'monthly_cap_reached');
const reader = client(process.env.AISORA_KEY_READ);
await refused(OpenAI.PermissionDeniedError, () => reader.videos.create({ prompt: 'x' }));
check('403', (await all(reader.videos.list())).length === 0);

async function hurry() {
  for (let n = 0; n < 500; n++) await reader.models.list();
}

error = await refused(OpenAI.RateLimitError, hurry);
check('429', Number(error.headers.get('retry-after')) > 0);
