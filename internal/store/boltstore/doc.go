// Package boltstore keeps everything in one file of this machine, for one
// process: the engine of a first installation, with no server beside it.
//
// It satisfies the ports of packages exchange and delivery on bbolt. What it
// acknowledged survives a kill and a power cut. All writes go through one
// goroutine that commits whatever queued up during its last commit as one
// transaction (commit.go), so a hundred residents who write at once wait for
// one sync of the disk and not for a hundred.
//
// Every value carries a checksum and the time from which on it counts as
// absent (value.go); a sweeper removes what is past it (sweep.go). Buckets and
// keys are listed in keys.go. Freed pages keep their bytes until they are used
// again: [Store.Compact] writes a file without them.
//
// Damage is told as [DamagedError] when the file is opened or when a value is
// read; a second process is refused with [InUseError].
package boltstore
