// Package record holds what is stored of a chat, as plain data with a
// versioned encoding that every engine and the backup share.
//
// A [Chat] is one stored value: its revision, the last delivery sequence given
// out, the marks of updates already taken ([Seen]) and the conversation as
// bytes. A [Delivery] is one message on its way to a chat. A [Save] asks an
// engine for one atomic step, a [Saved] tells how it ended.
//
// A [Window] is what a channel lets through after somebody wrote; where a chat
// stands in it is kept beside its queue, because it outlives the conversation,
// and travels in a backup as an item of its own ([ItemWindow]).
//
// Nothing here does I/O. Times come in as arguments, chat identities leave
// only as HMACs under a key that belongs to one store ([Names]), and numbers
// that identify a person are taken out by [Mask] before a conversation becomes
// bytes ([EncodeConversation]), so no caller can forget to.
//
// Encodings start with a version byte, their [Format]. A program reads N−1 and N,
// and writes the one that is recorded in the store; anything else is [ErrVersion],
// anything torn is [ErrCorrupt].
package record
