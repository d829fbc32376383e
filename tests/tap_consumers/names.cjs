// Reads a TAP file with npm's `tap-parser` and prints each point as it was read, as JSON.
// Usage: node names.cjs DIRECTORY_OF_NODE_MODULES FILE
'use strict'
const fs = require('fs')
const [where, file] = process.argv.slice(2)
const { Parser } = require(require.resolve('tap-parser', { paths: [where] }))

const points = []
for (const [kind, value] of Parser.parse(fs.readFileSync(file, 'utf8'))) {
  if (kind !== 'assert') continue
  const reason = [value.skip, value.todo].find(it => typeof it === 'string')
  points.push({ ok: value.ok, name: value.name, reason, diagnostics: value.diag })
}
process.stdout.write(JSON.stringify(points))
