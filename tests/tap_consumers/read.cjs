// Reads TAP files with npm's `tap-parser` and prints a line for each block of points:
// file, first word of the block's name (empty for the outermost), whether the reader is content with it, points,
// `not ok`, `not ok # TODO`, `ok # TODO`, skipped, what it could not accept.
// Usage: node read.cjs DIRECTORY_OF_NODE_MODULES FILE...
'use strict'
const fs = require('fs')
const [where, ...files] = process.argv.slice(2)
const { Parser } = require(require.resolve('tap-parser', { paths: [where] }))

let unclosed = 0

function read(file, name, events) {
  const block = { points: 0, failed: 0, todo: 0, unexpected: 0, skipped: 0, ok: false, wrong: [] }
  let child = null
  for (const [kind, value] of events) {
    if (kind === 'child') {
      if (child) block.wrong.push('a subtest without a closing point')
      child = value
    } else if (kind === 'assert') {
      if (child) {
        if (!value.closingTestPoint) block.wrong.push('a point between a subtest and its closing point')
        read(file, value.name.split(' ')[0], child)
        child = null
      }
      block.points += 1
      if (value.skip !== false) block.skipped += 1
      else if (value.todo !== false) block[value.ok ? 'unexpected' : 'todo'] += 1
      else if (!value.ok) block.failed += 1
    } else if (kind === 'complete') {
      block.ok = value.ok
      block.bailedOut = value.bailout !== false
      for (const failure of value.failures) {
        if (failure.tapError) block.wrong.push(failure.tapError)
      }
    } else if (kind === 'comment' && value.startsWith('# test count(')) {
      // Its own words, between those of the stream.
      block.wrong.push(value.trim())
    } else if (kind === 'extra') {
      block.wrong.push(`not TAP: ${value.trim()}`)
    }
  }
  if (child) {
    if (!block.bailedOut) block.wrong.push('a subtest without a closing point')
    read(file, `unclosed ${(unclosed += 1)}`, child)
  }
  const { points, failed, todo, unexpected, skipped } = block
  const line = [file, name, block.ok, points, failed, todo, unexpected, skipped, block.wrong.join('; ')]
  process.stdout.write(line.join('\t') + '\n')
}

for (const file of files) read(file, '', Parser.parse(fs.readFileSync(file, 'utf8')))
