// Package console is the chat in a terminal: the same conversation as on the
// web page, for those who set the program up and for scripts that check it.
//
// On a terminal it greets, wraps, colours and shows what comes by itself. In a
// pipe it is deterministic: every line that is not blank is one message, and
// every message is answered by one block on the output,
//
//	reply
//	  1. a choice
//	--
//	another reply
//	---
//
// with "--" between replies and "---" at the end, nothing wrapped or coloured.
// A typed number of the latest list is a press of that choice.
//
// Like the web page it is a pull channel: replies stay in the [Outbox] until
// they were shown. Neighbours: [github.com/doithoai/doithoai/bot/webchat],
// [github.com/doithoai/doithoai/internal/exchange].
package console
