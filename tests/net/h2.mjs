// SPDX-License-Identifier: MIT
// An HTTP/2 server (and HTTP/1.1 for who asks) for tests/net/run: node h2.mjs KEY CERT. Prints its port; each path is a way to behave.
import http2 from "node:http2";
import fs from "node:fs";
import zlib from "node:zlib";

let sessions = 0;
const counts = {};
const server = http2.createSecureServer({key: fs.readFileSync(process.argv[2]), cert: fs.readFileSync(process.argv[3]), allowHTTP1: true});
server.on("session", session => { sessions++; session.on("error", () => {}); });
server.on("request", (req, res) => {
    const path = req.url.split("?")[0];
    counts[path] = (counts[path] || 0) + 1;
    res.on("error", () => {});
    const told = () => JSON.stringify({version: req.httpVersion, sessions, counts, authorization: req.headers.authorization || ""});
    if (path === "/refused" && req.stream) return req.stream.close(http2.constants.NGHTTP2_REFUSED_STREAM);
    if (path === "/cut" && req.stream) { res.writeHead(200); res.write("half"); return setTimeout(() => req.stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR), 20); }
    if (path === "/goaway" && req.stream) { req.stream.session.goaway(0, 0); req.stream.session.destroy(); return; }
    if (path === "/endless") { const more = () => { while (!res.destroyed && res.write(Buffer.alloc(65536))); }; res.on("drain", more); return more(); }
    if (path === "/bomb") { res.writeHead(200, {"content-encoding": "gzip"}); return res.end(zlib.gzipSync(Buffer.alloc(50000000))); }
    if (path === "/br") { res.writeHead(200, {"content-encoding": "br"}); return res.end(zlib.brotliCompressSync(Buffer.from("packed"))); }
    req.resume();
    req.on("end", () => res.end(told()));
});
server.listen(0, "localhost", () => console.log(server.address().port));
