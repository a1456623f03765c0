// SPDX-License-Identifier: MIT
// What another reader makes of API documents. usage: node peers_openapi.mjs PEER FOLDER < list of files
// PEER: parse (JSON.parse, js-yaml), swagger-parser, openapi-parser (readme), redocly. The packages are looked for below $PILOT_PEERS/node_modules.
// Prints one line: documents read, operations of these, seconds, peak MB.
import { createRequire } from 'node:module';
import fs from 'node:fs';
import path from 'node:path';

const require = createRequire(path.join(process.env.PILOT_PEERS, 'x.js'));
const [peer, folder] = process.argv.slice(2);
const methods = new Set(['get', 'head', 'post', 'put', 'patch', 'delete', 'options', 'trace', 'query']);

async function load(name) {
    try { return require(name); } catch { return import(require.resolve(name)); }
}

async function reader() {
    if (peer === 'parse') {
        const yaml = await load('js-yaml');
        return async (file) => {
            const text = fs.readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
            return /^\s*[{[]/.test(text) ? JSON.parse(text) : (yaml.load ?? yaml.default.load)(text);
        };
    }
    if (peer === 'swagger-parser') {
        const mod = await load('@apidevtools/swagger-parser');
        const Parser = mod.SwaggerParser ?? mod.default ?? mod;
        return (file) => Parser.dereference(file, { resolve: { http: false } });
    }
    if (peer === 'openapi-parser') {
        const mod = await load('@readme/openapi-parser');
        return (file) => mod.dereference(file);
    }
    const mod = await load('@redocly/openapi-core');
    const config = await mod.createConfig({ extends: [] });
    return async (file) => (await mod.bundle({ ref: file, config, dereference: false })).bundle.parsed;
}

const read = await reader();
let documents = 0, operations = 0, timeouts = 0;
const started = process.cpuUsage();
for (const name of fs.readFileSync(0, 'utf8').split('\n').filter(Boolean)) {
    const late = new Promise((_, reject) => setTimeout(() => reject(new Error('late')), 20000).unref());
    try {
        const doc = await Promise.race([read(path.join(folder, name)), late]);
        documents++;
        for (const item of Object.values(doc?.paths ?? {}))
            for (const key of Object.keys(item ?? {})) operations += methods.has(key.toLowerCase()) && item[key] !== null;
    } catch (e) {
        timeouts += e.message === 'late';
    }
}
const spent = process.cpuUsage(started); // processor time, as of real_openapi
const seconds = (spent.user + spent.system) / 1e6, mb = process.resourceUsage().maxRSS / 1024;
console.log(`${peer}: documents ${documents}, operations ${operations}, ${seconds.toFixed(2)} s, peak ${mb.toFixed(0)} MB${timeouts ? `, ${timeouts} timeouts` : ''}`);
process.exit(0);
