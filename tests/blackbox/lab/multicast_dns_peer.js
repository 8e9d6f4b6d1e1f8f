// Run inside a host, by node: npm's multicast-dns, a codec and a socket with which a program makes
// its own responder. This one answers what it is asked, and no more: it does not probe.
//
//     node multicast_dns_peer.js PIPE JSON       as script_peer.py says
'use strict'
const multicastDns = require('multicast-dns')
const { start, say, own } = require('./node_peer.js')

const HOST_TTL = 120
const OTHER_TTL = 4500

// One socket a family: that is how the package does both. On Linux it hears no multicast without
// `bind`.
const sockets = own.families.map(family => family === 4
  ? multicastDns({ bind: '0.0.0.0', interface: own.ipv4 })
  : multicastDns({ type: 'udp6', ip: 'ff02::fb', interface: `::%${own.interface}`, bind: '::' }))
sockets.forEach(socket => socket.on('error', error => { throw error }))

const published = new Map() // by id: a function from the TTL to the records
const same = (a, b) => a.toLowerCase() === b.toLowerCase()

function query (...questions) {
  const send = () => sockets.forEach(socket => socket.query(
    questions.map(([name, type]) => ({ name, type }))))
  send()
  for (const seconds of [1, 3, 7]) setTimeout(send, seconds * 1000)
}

/// Calls back with each record heard, until it says that it has enough.
function hear (use) {
  sockets.forEach(socket => {
    const listener = packet => {
      if (packet.answers.concat(packet.additionals).some(use)) socket.off('response', listener)
    }
    socket.on('response', listener)
  })
}

function answer (socket, packet) {
  for (const records of published.values()) {
    const answers = records().filter(r => packet.questions.some(q =>
      same(q.name, r.name) && (q.type === r.type || q.type === 'ANY')))
    const given = r => answers.some(a => a.name === r.name && a.type === r.type)
    const additionals = records().filter(r => !given(r))
    if (answers.length) socket.respond({ answers, additionals })
  }
}
sockets.forEach(socket => socket.on('query', packet => answer(socket, packet)))

start({
  watch ({ kind }) {
    const present = new Set()
    const type = `${kind}.local`
    hear(r => {
      if (r.type !== 'PTR' || !same(r.name, type)) return
      const instance = r.data.slice(0, -type.length - 1)
      if (r.ttl === 0 && present.delete(instance)) say('-', instance)
      if (r.ttl !== 0 && !present.has(instance)) say('+', instance) || present.add(instance)
    })
    query([type, 'PTR'])
  },

  resolve ({ id, kind, instance }) {
    const name = `${instance}.${kind}.local`
    let srv, txt, done
    const addresses = {}
    hear(r => {
      if (r.ttl === 0) return done
      if (r.type === 'SRV' && same(r.name, name)) srv = r.data
      if (r.type === 'TXT' && same(r.name, name)) txt = [].concat(r.data).map(String)
      if (r.type === 'A' || r.type === 'AAAA') (addresses[r.name] ||= new Set()).add(r.data)
      if (!done && srv && txt && addresses[srv.target]) {
        done = true
        say('answer', id, JSON.stringify(
          { host: srv.target, port: srv.port, txt, addresses: [...addresses[srv.target]] }))
      }
      return done
    })
    query([name, 'SRV'], [name, 'TXT'])
  },

  lookup ({ id, name }) {
    let done
    hear(r => {
      if ((r.type === 'A' || r.type === 'AAAA') && same(r.name, name) && r.ttl !== 0 && !done) {
        done = true
        say('answer', id, JSON.stringify([r.data]))
      }
      return done
    })
    query([name, 'A'], [name, 'AAAA'])
  },

  publish ({ id, kind, instance, port, host, txt }) {
    const type = `${kind}.local`
    const name = `${instance}.${type}`
    const unique = (name, type, ttl, data) => ({ name, type, ttl, flush: true, data })
    const records = (ttl = OTHER_TTL) => [
      { name: type, type: 'PTR', ttl, data: name },
      unique(name, 'SRV', Math.min(ttl, HOST_TTL), { port, target: host }),
      unique(name, 'TXT', ttl, txt),
      ...(own.ipv4 ? [unique(host, 'A', HOST_TTL, own.ipv4)] : []),
      ...(own.ipv6 ? [unique(host, 'AAAA', HOST_TTL, own.ipv6)] : [])
    ]
    published.set(id, records)
    sockets.forEach(socket => socket.respond(records()))
    say('published', id, instance)
  },

  withdraw ({ of }) {
    const records = published.get(of)
    published.delete(of)
    // The host stays where it is: only what is the service's own goes.
    sockets.forEach(socket => socket.respond(records(0).slice(0, 3)))
  }
})
