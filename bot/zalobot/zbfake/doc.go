// Package zbfake is a strict stand-in for the Zalo Bot Platform, with people and
// groups on its far side. It is written from the published protocol and from
// what operators report, and shares no code with the channel, so that one does
// not repeat the other's mistakes.
//
//	s := zbfake.New(zbfake.Options{Token: "123:abc"})
//	defer s.Close()
//	http.Handle("/", s) // or httptest.NewServer(s)
//	tam := s.Person("Tám")
//	tam.Type("hộ nghèo được gì")
//	m, err := tam.Next(ctx)
//
// Where documents and traffic differ, [Form] says which it follows. It is as
// forgetful as the platform: a poll brings one update and never again, also when
// the caller has hung up, and a webhook that does not answer 200 has had its chance
// unless Options.Retries says otherwise. It can be told to throttle, fail, hang
// or break the line ([Server.Fail]). It goes by its [Clock], which a test moves.
package zbfake
