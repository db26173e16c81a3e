// Package channeltest holds what every channel must do, as tests, and an
// exchange in memory to test it against.
//
// A pull channel keeps replies waiting in an outbox until the resident's side
// has fetched and acknowledged them (the web page, the terminal). Its test says
// how to connect a resident and which abilities it has:
//
//	func TestConformance(t *testing.T) {
//		channeltest.TestPull(t, channeltest.Abilities{Presses: true}, connect)
//	}
//
// A channel is done when it passes. One with a webhook meets [Stall] beside that.
package channeltest
