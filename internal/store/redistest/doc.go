// Package redistest starts real Redis servers for tests: one, a Cluster, or a
// master with Sentinels. They listen on free ports of this machine, keep their
// files in temporary folders, and end with the test, also when it is killed.
//
// The servers can be stopped, paused, killed and brought back as they were, so
// that a test meets the same outages that an operator will. What a server wrote
// to its log is shown when the test fails.
package redistest
