// Package chaos proves promises P2 and P3 of the program, nothing is lost and
// nothing happens twice, with real processes: replicas of the whole program, a
// real store, and a platform that redelivers what was not acknowledged and
// records every message it is given to send. While hundreds of chats write,
// processes are killed and stopped, stores restarted, failed over and
// resharded, at random. Afterwards everything is compared.
//
// The replicas run package app as it is, with a channel of their own
// ([Channel]) and a [Counter] in place of the engine: it numbers the messages
// of each chat in the stored conversation, so that every lost, doubled or half
// done step shows in a reply.
//
// A run can also have the platform be Telegram ([Telegram]): the replicas serve
// the real channel, and updates go to their webhooks at a steady rate, each chat
// in order, and come again as Telegram brings them. There are no letters then:
// only the chat itself writes. What cannot be brought in time follows at once, so
// faults do not lower the load but bunch it.
//
// A third kind of run is about cases ([Plan.Cases]): nothing stands in for engine,
// office and desks (can_bo.yaml). Residents ask, agree, add, say that it was
// clear or not; officers press whatever they are shown, several of them at once,
// in chats of their own and in a room, and one never does anything. Cases are
// decided by a clock that runs 600 times as fast as the store's (hurried), so that
// promises are broken, reminders sent and cases taken back while things break.
// Afterwards the store is read as an operator's command does, and compared with
// what people did and saw (judge): every case that a resident was told of is
// there, and is that resident's; by its log it had one holder at a time and
// stands where that leads; what was said arrived there and nowhere else, or its
// officer was told that it did not; nobody who pressed was left without an
// answer; nothing waits; every open case has a clock; every card is true.
//
// A fourth kind is an upgrade ([Upgrade]): two replicas are restarted in turn behind a
// balancer that asks readyz, as programs of two formats side by side, and the store is
// raised in the middle. Restarts in order excuse nothing, not even a call that finds
// the door closed.
//
// Short runs are part of the tests; `make chaos` does the long ones, on Telegram
// with a thousand updates a second (-tgrate, -tgfaults, -tgrest).
package chaos
