// Package boltstore keeps everything in one file of this machine, for one
// process: the engine of a first installation, with no server beside it.
//
// It satisfies the ports of packages exchange and delivery on bbolt. What it
// acknowledged survives a kill and a power cut. All writes go through one
// goroutine that commits whatever queued up during its last commit as one
// transaction (commit.go), so a hundred residents who write at once wait for
// one sync of the disk and not for a hundred. Inside it each of them works on a
// [unit]: one transaction, one time (unit.go).
//
// A chat is one value (save.go), with its cases beside it (cases.go). What
// waits for it is its queue (queue.go); one that is sent also has a flow, which
// says who has its lease, how long nothing may go and where it stands in the
// list of its lane (flow.go, due.go). [Store.Claim] and [Store.Settle] walk it
// on (lease.go, settle.go), [Store.Work] does the same for letters and cases
// (work.go), and what could not be sent lies in the graveyard (dead.go).
//
// Leases and tokens of channels, which belong to no chat, lie in the vault
// (vault.go).
//
// Every value carries a checksum and the time from which on it counts as
// absent (value.go), and has an expiry key (expiry.go); a sweeper removes what
// is past it (sweep.go) and mends what a clock that ran ahead has left
// (mend.go). Buckets and keys are listed in keys.go. Freed pages keep their
// bytes until they are used again: [Store.Compact] writes a file without them.
//
// Damage is told as [DamagedError] when the file is opened or when a value is
// read; a second process is refused with [InUseError]. A backup is read in
// piece by piece (import.go); what it left unfinished is [UnfinishedError].
package boltstore
