// Package webhook reads the calls that messaging platforms make to us.
//
// Anybody can call the address, so a [Reader] gives nothing away and waits for
// nobody: a call is refused by its head alone where that is enough, its body
// has a size and a time, and secrets are compared in a time that tells nothing.
// What the body means, and what a platform is to be answered then, each channel
// knows by itself.
//
// Beside that stands what an operator may set for such calls (settings.go).
package webhook
