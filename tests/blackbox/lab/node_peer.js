// What the two peers that node runs have in common: requests come in by a pipe, a line each, and
// what is said goes out by standard output. See script_peer.py.
'use strict'
const fs = require('fs')
const readline = require('readline')

const [pipe, json] = process.argv.slice(2)

exports.own = JSON.parse(json)

exports.say = (...words) => { console.log(words.join(' ')) }

exports.start = verbs => {
  // Opened for both: it does not end when one writer closes it.
  const input = fs.createReadStream(null, { fd: fs.openSync(pipe, 'r+') })
  readline.createInterface({ input }).on('line', line => {
    const request = JSON.parse(line)
    verbs[request.verb](request)
  })
  exports.say('ready')
}
