// Package spool keeps messages in synced local files while the store does not
// answer, and hands them on later.
//
// Some platforms give up after two seconds and then punish the account, so a
// message of theirs is acknowledged once it is either saved or here.
// [Spool.Append] returns when the message is on disk; appends that wait at the
// same time share one sync. [Spool.Replay] hands everything on, many chats at
// once, each chat in its order. What was taken is marked in the file it lies in,
// and a file that holds nothing else is erased. Being handed on twice must be
// harmless: a process may die between taking a message and marking it.
//
// Texts go through record.Mask on their way in, so no file holds a number that
// identifies a person; the chat's own id stands in it readably, or nobody could
// be answered. Files are 0600 in a folder of 0700, which belongs to one process.
//
// The files are a sequence of frames (frame.go) around versioned JSON
// (message.go). A tail torn by a crash is cut off. A segment that is damaged
// elsewhere is read as far as possible and then kept aside, and so is a message
// that cannot be taken at all; [ReadFile] reads both.
package spool
