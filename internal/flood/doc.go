// Package flood bounds what one chat can make a channel do.
//
// People type a question in pieces, so a [Guard] lets a burst pass. Whoever goes
// on beyond that is asked once, politely, to wait, and after that meets silence
// until they have been calm for a while: an answer to each message too many
// would be a flood of our own, and on some platforms costs money.
package flood
