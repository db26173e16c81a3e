// Package media keeps our own copies of the pictures, voice notes and papers
// that people send and are sent: platforms forget theirs, or want an address to
// fetch from.
//
// [Store] is the port and [Disk] keeps copies in a folder (disk.go, sweep.go).
// What a copy is, is found out from its bytes, never from its name or what
// somebody says it is (sniff.go, paper.go); what is none of a few kinds is not
// kept at all. Every copy has an end: a day, unless consent or a case keeps it.
//
// [Fetcher] gets what a platform points to (fetch.go, address.go). The address
// comes from outside, so it is taken for hostile: https, a host on the list,
// and no address of our own network whatever the name resolves to.
//
// [Errands] is the sender of the lane in which copies are looked after: what came
// with a message is fetched there, kept on for a case, deleted when somebody asks
// to be forgotten (errand.go). An errand is a delivery like any other.
//
// [Public] gives a copy an address that cannot be guessed and ends by itself,
// for a platform that fetches what it shows (public.go).
package media
