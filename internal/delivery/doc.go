// Package delivery brings saved messages to the chats they are for. Nothing is
// held here: a message lies in the store until it has arrived, so a restart
// loses none. [Router] knows which of two ways a chat goes.
//
// A chat on a pull channel – the web page, the terminal – comes and fetches:
// [Pull] shows it what is waiting, takes its acknowledgement, and wakes it when
// something new was saved. What nobody fetches ends with its own expiry.
//
// Other chats are sent to. [Push] has a lane for each account on a channel, and
// a lane has workers. A worker holds the lease of one chat's queue and sends its
// messages one after the other, so a chat gets them in order whichever replica
// sends. In the ordinary case the lease comes with the save itself: [Push.Way] keeps a
// worker free, the store gives the lease, [Push.Saved] starts the worker. What
// is left over – saved while nobody was free, to be sent later, abandoned by a
// replica that died – is claimed by the lane's loop, as far as there are workers
// and permits; permits are taken from the [Limiter] in batches.
//
// A channel implements [Sender], which sends one part and says how that ended.
// Each end has one consequence, and the whole table is in verdict.go: the next part,
// again later, not before the person writes, never, and – hardest – nobody
// knows. A send may always have happened when its end is unknown: when it was cut
// off, when it broke down, when the lease ran out over it. It is then tried again
// a few times, marked as maybe sent, at growing distances.
//
// What a channel's window does not let through ([record.Window]) is held back by the
// store, which alone knows when the person wrote last, and goes when the person
// writes again. How a tracked message ended is told to its chat in the step that
// settles it; a lease that is only there to tell that a message waits is settled
// without a try. For a card the message it takes the place of is looked up first.
//
// Two outages are told from the failure of one message. While the store is
// away, ends are kept and told again and nothing is claimed. While the provider is
// away – several chats fail and none succeeds – one message at a time tries the
// way, and what could not be sent for that reason alone is not given up.
package delivery
