// Package tgfake is a strict stand-in for Telegram's Bot API, with people and
// rooms on its far side. It is written from the published protocol alone and
// shares no code with the channel, so that one does not repeat the other's
// mistakes; a client by other people proves it in the tests.
//
//	s := tgfake.New(tgfake.Options{Token: "123:abc"})
//	defer s.Close()
//	http.Handle("/", s) // or httptest.NewServer(s)
//	tam := s.Person("Tám")
//	tam.Type("hộ nghèo được gì")
//	m, err := tam.Next(ctx)
//
// It refuses what Telegram refuses – texts over 4,096 units, broken markup,
// button data over 64 bytes, a second poller, a tap answered late –, repeats what
// was not acknowledged as Telegram does (polling: until the offset passes;
// webhook: chat by chat, at once, then after 2, 4, 8 … seconds), and can be told
// to throttle, fail, hang or break the line ([Server.Fail]). It goes by its
// [Clock], which a test moves.
package tgfake
