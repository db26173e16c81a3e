// Package staff knows who is registered as which officer: the chats that
// can_bo.yaml names, and those whose owner redeemed an invitation. Because
// whoever is an officer reads what residents ask, a registration is only as
// good as the last look at it.
//
// All of it is one value in the store, the register, changed by compare and
// swap, so two people who redeem one invitation at once on two replicas have one
// winner, and a chat is never two officers'. [Directory] keeps a copy and makes
// of it, together with the file, a [Snapshot]: an escalation.Registry. Residents'
// cases are routed by the copy. What an officer does is decided only after
// [Directory.Fresh] looked again, so a removal holds from the next press on
// every replica; if the store does not answer, the press is not taken.
//
// [Front] is the door before the exchange: it redeems invitations and looks
// again for officers. Neither codes nor chat ids are in any error or log line;
// of a code only the hash is stored.
//
// [Gaps] finds the desks whose people nobody could write to.
package staff
