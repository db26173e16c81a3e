// Package webchat is the chat on our own page: an [http.Handler] with the page
// at / and its API under /chat/.
//
// It is a pull channel. What a resident types goes to the [Intake] and is
// answered with 200 only when that has saved it; replies wait in the [Outbox]
// until the browser has fetched and acknowledged them. The handler keeps no
// message itself, so a restart loses nothing.
//
//	GET  /                page, style.css, app.js, icon.svg: all there is, no outside resource
//	POST /chat/session    begin a session, or name the one there is; GET only asks
//	POST /chat/messages   {id, kind, text, payload}; a repeated id is harmless
//	GET  /chat/events     replies as server-sent events, the sequence as event id
//	GET  /chat/replies    the same by long requests: ?after=SEQ&wait=SECONDS
//	POST /chat/ack        {upTo}: shown and kept, need not be sent again
//	POST /chat/end        end the session, on a phone that somebody else uses next
//	     /chat/plain      the whole chat as plain forms, for a browser without scripts
//
// A session is a random number in a signed cookie (session.go); it names the
// chat, and no name, phone or address is asked. Each rule that keeps strangers
// out has its own file: origin.go, limit.go, streams.go, message.go. Handlers
// return errors; failure.go renders and logs them, and nothing that a resident
// wrote is ever part of one.
//
// Neighbours: [github.com/doithoai/doithoai/internal/exchange] is the Intake,
// [github.com/doithoai/doithoai/internal/delivery] the Outbox, and
// [github.com/doithoai/doithoai/internal/console] the same chat in a terminal.
package webchat
