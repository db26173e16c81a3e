// Package metrics tells Prometheus how the program does.
//
// There are two kinds of figures. What happens is counted where it passes:
// decorators stand before a door ([Metrics.Door]), around the store
// ([Metrics.Store]), the decider and the senders, and delivery tells an
// observer. They cost a few microseconds a message. How things stand is
// either asked at each scrape, where that is cheap ([State]), or gathered in the
// background by [Metrics.Gather] and shown with its age, where it costs a trip
// to the store.
//
// Labels are few and bounded: channels, lanes, kinds, desks. Never a chat, never
// a case, never anything that somebody wrote: [labels] lets through short names
// of ASCII letters and digits only, and no more than it was made for. What the
// names mean stands with each of them, and for operators in docs/theo-doi.md.
//
// Everything hangs on the registry of one [Metrics]; there is no default one.
// This package is the only one that knows the client library.
package metrics
