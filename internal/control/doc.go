// Package control lets an operator's commands work on a store that a running
// server holds open. An embedded store belongs to one process, so a command
// cannot open it beside the server; it asks the server instead, over a socket
// that only the server's own account may use.
//
// [Listen] opens the socket and [Handler] is what is served there; [Dial]
// returns a [Client], which can do what the store behind the server can: the
// same [Operator] and the same [Safe], so a command need not care which of the
// two it has. HTTP is
// spoken over the socket, long answers are a stream of JSON values with a last
// one that says that it is complete.
//
// Errors that callers tell apart keep their identity across the socket.
// Neighbours: [github.com/doithoai/doithoai/internal/delivery],
// [github.com/doithoai/doithoai/internal/exchange].
package control
