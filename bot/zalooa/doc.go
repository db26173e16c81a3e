// Package zalooa is the channel of a Zalo Official Account: what most residents
// write to.
//
// Inbound is a webhook, [Channel.ServeHTTP]. Zalo signs the raw bytes, wants 200
// within two seconds, repeats for about two hours and then switches the webhook
// off until somebody switches it on by hand. So: check the signature, hand the
// message to the [Intake], answer 200 when it has it and 503 only when it has
// not (webhook.go, event.go, inbound.go).
//
// Outbound is [Channel.Send], one call to Zalo at a time (send.go, media.go,
// maybe.go). Zalo answers HTTP 200 to everything and says in the body what went
// wrong; codes.go knows every code, what follows from it, and its cure.
//
// The refresh token of an account works once: whoever loses the answer to a
// refresh has to ask an administrator of the account to consent anew. keeper.go
// therefore saves a pair before using it, in the store and in a file, and lets
// one replica refresh. login.go holds what «doithoai zalo login» needs.
//
// A chat is named by the resident's id, which is another one for every account.
// Buttons carry «#» and the engine's payload; Zalo returns it as if it had been
// typed (payload.go).
package zalooa
