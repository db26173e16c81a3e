// Package oafake is a strict stand-in for Zalo's servers as an official account
// sees them: consent and tokens, messages, uploads, and the webhook, with
// residents on its far side. It is written from the published protocol alone and
// shares no code with the channel, so that one does not repeat the other's
// mistakes.
//
//	z := oafake.New(oafake.Options{})
//	server := httptest.NewServer(z) // both the API and the OAuth address
//	z.SetWebhook("http://…/hooks/zalo-oa")
//	tam := z.Person()
//	err := tam.Type(ctx, "hộ nghèo được gì")
//	m, err := tam.Next(ctx)
//
// What Zalo is known for it does: HTTP 200 with an error in the body; expires_in
// as a string; a refresh token that works once, and whose second use costs the
// pair; the windows of 48 hours and 7 days; uploads that end after 7 days; events
// signed over raw bytes with odd blanks in them, repeated on a ladder with
// num_retry, and after the fifth repetition no events at all until
// [Server.Enable]. It goes by its [Clock], which a test moves. What a client did
// against the rules stands in [Server.Complaints].
package oafake
