// Package bot holds a conversation with a resident.
//
// [Engine.Decide] is the whole of it: given what is remembered of a chat, one
// message and the time, it returns what to remember, what to say and what to
// count. It does no I/O and looks at no clock, so the same three arguments give
// the same step on every replica, and a step that could not be saved is simply
// decided again.
//
// What a message means is decided by package knowledge; this package decides
// what to do about it: answer with the verdict first, ask one slot, offer at
// most three choices, refer, hand over, or recognise a cry for help. Every
// sentence is either an editor's (an entry) or stands in texts.vi.yaml. Every
// reply leaves a next step, at most one question goes back in a row, and «gặp
// cán bộ» works everywhere.
//
// The dialogues under testdata/dialogues are both its tests and its
// documentation.
package bot
