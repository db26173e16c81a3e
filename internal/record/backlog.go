package record

import "time"

// Backlog tells in few numbers what a store holds to be done. It names nobody.
type Backlog struct {
	Lanes map[string]Line // chats with messages to be sent, by lane
	Work  Line            // letters, and cases that are still going on
	Dead  int             // messages and letters that were given up
}

// Line is how a list of what has its time stands.
type Line struct {
	Waiting int // all of it, also what is not due yet
	Due     int // what is due and in nobody's hands
	// Since is when the longest due came due; zero if nothing is. What a person
	// wrote counts as due [PersonBoost] before.
	Since time.Time
}
