// Answers every question with one npm engine and writes the raw answers.
//
//   node peers.mjs --engine NAME --kb kb.json --questions questions.jsonl --out raw.jsonl [--seconds 1]
//   node peers.mjs --list
//
// What goes in and comes out is told in answers.go, by document and answer.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';

const require = createRequire(import.meta.url);
const version = (name) => {
  // Some packages do not export their package.json: read it from the folder of the module.
  for (const dir of require.resolve.paths(name)) {
    try { return JSON.parse(readFileSync(`${dir}/${name}/package.json`, 'utf8')).version; } catch { /* the next */ }
  }
  return 'unknown';
};
const words = (s) => s.normalize('NFC').toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
// As ICU's "NFD; [:Mn:] Remove; NFC", and đ → d.
const fold = (s) => s.normalize('NFD').replace(/\p{Mn}+/gu, '').toLowerCase().replace(/đ/g, 'd');
const WEIGHT = { title: 2, questions: 3, text: 1 };
const join = (e) => ({ id: e.id, title: e.title, questions: e.questions.join(' \n '), text: e.text });
const entryOf = (id) => id.split('#')[0];

const engines = {
  // NLP.js classifies: one intent an entry, its title and wordings are the utterances.
  'node-nlp': (kb) => nodeNlp(kb, (s) => s),
  'node-nlp-fold': (kb) => nodeNlp(kb, fold),
  'minisearch': (kb, n) => miniSearch(kb, n, {}, { boost: WEIGHT }),
  'minisearch-fold': (kb, n) => miniSearch(kb, n, { processTerm: fold }, { boost: WEIGHT }),
  'minisearch-fold-fuzzy': (kb, n) => miniSearch(kb, n, { processTerm: fold }, { boost: WEIGHT, fuzzy: 0.2, prefix: true }),
  'fuse': (kb, n) => fuse(kb, n, {}),
  'fuse-fold': (kb, n) => fuse(kb, n, { ignoreDiacritics: true, ignoreLocation: true }, fold),
  'fuse-fold-token': (kb, n) => fuse(kb, n, { ignoreDiacritics: true, ignoreLocation: true, useTokenSearch: true }, fold),
  'flexsearch': (kb, n) => flex(kb, n, (s) => words(s)),
  'flexsearch-fold': (kb, n) => flex(kb, n, (s) => words(fold(s))),
  'orama-fold': (kb, n) => orama(kb, n, 0),
  'orama-fold-fuzzy': (kb, n) => orama(kb, n, 1),
  'lunr': (kb, n) => lunr(kb, n, (s) => words(s)),
  'lunr-fold': (kb, n) => lunr(kb, n, (s) => words(fold(s))),
};

async function nodeNlp(kb, pre) {
  const { NlpManager } = require('node-nlp');
  // Its training also stops when the loss changed by less than 1e-6 in one epoch, which happens by chance long before it has
  // learnt. That rule is taken away; the stop at a loss of 5e-5 stays. NlpManager has no setting for it.
  const { NeuralNetwork } = require('@nlpjs/neural');
  const train = NeuralNetwork.prototype.train;
  NeuralNetwork.prototype.train = function (corpus) { this.settings.deltaErrorThresh = 0; return train.call(this, corpus); };
  // It has no module for Vietnamese; "vi" falls to the generic tokeniser.
  const m = new NlpManager({ languages: ['vi'], forceNER: false, autoSave: false, autoLoad: false, nlu: { log: false } });
  for (const e of kb) {
    for (const u of new Set([e.title, ...e.questions])) if (u) m.addDocument('vi', pre(u), entryOf(e.id) || 'None');
  }
  const log = console.log;
  console.log = () => {};
  await m.train();
  console.log = log;
  return {
    version: version('node-nlp'),
    ask: async (q) => {
      const r = await m.process('vi', pre(q));
      if (!r.intent || r.intent === 'None') return []; // its own threshold, or what it learnt is no entry's business
      return r.classifications.filter((c) => c.intent !== 'None' && c.score > 0).map((c) => [c.intent, c.score]);
    },
  };
}

async function miniSearch(kb, limit, opts, search) {
  const { default: MiniSearch } = await import('minisearch');
  const m = new MiniSearch({ fields: ['title', 'questions', 'text'], ...opts });
  m.addAll(kb.map(join));
  return { version: version('minisearch'), ask: (q) => m.search(q.normalize('NFC'), search).slice(0, limit).map((r) => [r.id, r.score]) };
}

// ignoreDiacritics of fuse.js strips marks but keeps đ, so the folded variants fold the text themselves.
async function fuse(kb, limit, opts, pre = (s) => s) {
  const { default: Fuse } = await import('fuse.js');
  const docs = kb.map((e) => ({ id: e.id, title: pre(e.title), questions: e.questions.map(pre), text: pre(e.text) }));
  const f = new Fuse(docs, { includeScore: true, keys: Object.entries(WEIGHT).map(([name, weight]) => ({ name, weight })), ...opts });
  return { version: version('fuse.js'), ask: (q) => f.search(pre(q.normalize('NFC')), { limit }).map((r) => [r.item.id, 1 - r.score]) };
}

async function flex(kb, limit, encode) {
  const { default: FlexSearch } = await import('flexsearch');
  const d = new FlexSearch.Document({ encode, tokenize: 'strict', document: { id: 'n', index: ['title', 'questions', 'text'] } });
  kb.forEach((e, n) => d.add({ ...join(e), n }));
  return {
    version: version('flexsearch'),
    // It gives a ranked list for each field and no score: the lists are merged by weight / rank.
    ask: (q) => {
      const s = new Map();
      for (const { field, result } of d.search(q.normalize('NFC'), { limit: Math.max(20, limit), suggest: true })) {
        result.forEach((n, k) => s.set(n, (s.get(n) ?? 0) + WEIGHT[field] / (k + 1)));
      }
      return [...s].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, limit).map(([n, x]) => [kb[n].id, x]);
    },
  };
}

async function orama(kb, limit, tolerance) {
  const { create, insertMultiple, search } = await import('@orama/orama');
  const db = create({
    schema: { id: 'string', title: 'string', questions: 'string', text: 'string' },
    // It has no tokeniser for Vietnamese.
    components: { tokenizer: { language: 'custom', normalizationCache: new Map(), tokenize: (s) => [...new Set(words(fold(s)))] } },
  });
  await insertMultiple(db, kb.map(join), 500); // of a list it scores each wording alone and adds up: the longest list wins
  return {
    version: version('@orama/orama'),
    ask: async (q) => {
      const r = await search(db, { term: q, properties: ['title', 'questions', 'text'], boost: WEIGHT, tolerance, threshold: 1, limit });
      return r.hits.map((h) => [h.document.id, h.score]);
    },
  };
}

async function lunr(kb, limit, tokens) {
  const { default: L } = await import('lunr');
  const ix = L(function () {
    this.pipeline.reset(); // by default: an English stemmer, English stop words, an ASCII trimmer
    this.searchPipeline.reset();
    this.tokenizer = (o) => (Array.isArray(o) ? o : [o ?? '']).flatMap((s) => tokens(String(s))).map((t) => new L.Token(t, {}));
    this.ref('id');
    for (const [f, boost] of Object.entries(WEIGHT)) this.field(f, { boost });
    kb.map(join).forEach((e) => this.add(e));
  });
  return {
    version: version('lunr'),
    ask: (q) => ix.query((b) => { for (const t of tokens(q)) b.term(t, {}); }).slice(0, limit).map((r) => [r.ref, r.score]),
  };
}

// As byEntry in bleve.go: the best document of each entry, and nothing if the very best is not ours to answer.
function byEntry(hits) {
  if (hits.length && entryOf(hits[0][0]) === '') return [];
  const best = new Map();
  for (const [id, score] of hits) {
    const entry = entryOf(id);
    if (entry && !best.has(entry)) best.set(entry, score);
  }
  return [...best].slice(0, 5);
}

const { values: a } = parseArgs({ options: {
  engine: { type: 'string' }, kb: { type: 'string' }, questions: { type: 'string' }, out: { type: 'string' },
  seconds: { type: 'string', default: '1' }, list: { type: 'boolean', default: false },
} });
if (a.list) {
  console.log(Object.keys(engines).join('\n'));
  process.exit(0);
}
if (!engines[a.engine] || !a.kb || !a.questions || !a.out) {
  console.error('usage: node peers.mjs --engine NAME --kb FILE --questions FILE --out FILE [--seconds N]   (--list names the engines)');
  process.exit(2);
}
let kb = JSON.parse(readFileSync(a.kb, 'utf8'));
if (!a.engine.startsWith('node-nlp')) kb = kb.filter((e) => e.id !== ''); // a search engine has no class for "none of these"
const questions = readFileSync(a.questions, 'utf8').split('\n').filter((l) => l.trim()).map((l) => JSON.parse(l));
const seconds = (since) => Number(process.hrtime.bigint() - since) / 1e9;

const started = process.hrtime.bigint();
const engine = await engines[a.engine](kb, kb.some((e) => e.id.includes('#')) ? 50 : 5);
const build = seconds(started);
const answers = []; // the first pass gives the answers and warms up
for (const q of questions) answers.push(byEntry(await engine.ask(q.q)));
const took = [];
const begin = process.hrtime.bigint();
for (let i = 0; seconds(begin) < Number(a.seconds); i++) {
  const asked = process.hrtime.bigint();
  await engine.ask(questions[i % questions.length].q);
  took.push(seconds(asked) * 1e6);
}
const total = seconds(begin);
took.sort((x, y) => x - y);
const at = (p) => (took.length ? took[Math.floor(p * (took.length - 1))] : 0);
const header = {
  engine: a.engine, version: engine.version, entries: kb.length, questions: questions.length, build_s: build,
  qps: took.length / total, p50_us: at(0.5), p95_us: at(0.95), p99_us: at(0.99), peak_mb: process.resourceUsage().maxRSS / 1024,
};
writeFileSync(a.out, [header, ...answers.map((top, i) => ({ i, top }))].map((x) => JSON.stringify(x)).join('\n') + '\n');
process.exit(0);
