// Package zalobot is the chat with a bot of the Zalo Bot Platform.
//
// It is a pushed channel. Updates come by webhook (webhook.go) or, for trying
// things out, by long polling (poll.go); both decode them (event.go,
// inbound.go) and give them to the [Intake]. The platform has no offset and no
// acknowledgement, and says nothing of repeating: what it has handed over is
// ours alone. So the webhook answers 200 only for what was taken, and the
// poller asks for nothing more before the last update was taken, and never cuts
// off a poll.
//
// Zalo keeps back what children, people with disabilities and others under its
// protection write: the bot hears only that they wrote. That comes to the
// Intake as [bot.KindOther], because those people more than others must hear where
// to turn.
//
// [Channel.Send] sends one part of a delivery (send.go, text.go) and says in
// [delivery.SendError] what the platform's answer means (failure.go). There are
// no buttons: choices stand as a numbered list under the text. Pictures and
// voice go by a public address that Zalo fetches; [PublicMedia] makes one.
//
// bot/zalobot/zbfake stands in for the platform in the tests.
package zalobot
