// Run inside a host, by node: npm's bonjour-service, which does DNS-SD on top of multicast-dns.
//
//     node bonjour_service_peer.js PIPE JSON     as script_peer.py says
'use strict'
const { Bonjour } = require('bonjour-service')
const { start, say, own } = require('./node_peer.js')

// One instance a family: that is how the package does both. On Linux it hears no multicast without
// `bind`.
const stacks = own.families.map(family => new Bonjour(family === 4
  ? { bind: '0.0.0.0', interface: own.ipv4 }
  : { type: 'udp6', ip: 'ff02::fb', interface: `::%${own.interface}`, bind: '::' }))

const published = new Map() // by id: a service of each stack

function parts (kind) {
  const [, type, protocol] = /^_(.*)\._(tcp|udp)$/.exec(kind)
  return { type, protocol }
}

start({
  watch ({ kind }) {
    const seen = new Map() // instance -> by how many stacks
    const change = by => ({ name }) => {
      const before = seen.get(name) || 0
      seen.set(name, before + by)
      if (before === 0) say('+', name)
      if (before + by === 0) say('-', name)
    }
    stacks.forEach(stack => stack.find(parts(kind)).on('up', change(1)).on('down', change(-1)))
  },

  resolve ({ id, kind, instance }) {
    stacks.forEach(stack => stack.find(parts(kind)).on('up', service => {
      if (service.name !== instance) return
      say('answer', id, JSON.stringify({
        host: service.host,
        port: service.port,
        txt: service.rawTxt.map(String),
        addresses: service.addresses
      }))
    }))
  },

  publish ({ id, kind, instance, port, host, txt }) {
    const items = Object.fromEntries(txt.map(item => item.split('=')))
    published.set(id, stacks.map(stack => stack
      .publish({ name: instance, ...parts(kind), port, host, txt: items })
      .on('up', () => say('published', id, instance))))
  },

  withdraw ({ of }) {
    published.get(of).forEach(service => service.stop())
  }
})
