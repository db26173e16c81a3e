// Package telegram is the chat with a Telegram bot.
//
// It is a pushed channel. Updates come by long polling (poll.go) or by webhook
// (webhook.go); both decode them (update.go, inbound.go) and give them to the
// [Intake], one chat in order. Only what the Intake has taken is acknowledged:
// the poller's offset passes it, the webhook answers 200. Anything else comes
// again from Telegram's own queue, so this package keeps no message. What can
// never be taken is skipped with a line in the log and a count, because it
// would block its chat for a day.
//
// [Channel.Send] sends one part of a delivery (send.go, markup.go, media.go) and
// says in [delivery.SendError] what Telegram's answer means (failure.go).
//
// Beside that run chores (chore.go) that nobody waits for and nothing depends on:
// the sign that an answer is being written, the end of a button's spinner, the
// mark on the choice that was taken.
//
// The client library is used for its types and for making requests; what
// it lacks – contexts, time limits, errors without the token in them – is in
// api.go. bot/telegram/tgfake stands in for Telegram in the tests.
package telegram
