// Package redisstore keeps everything in Redis, for any number of processes: one
// server, a master with replicas behind Sentinels, or a Cluster.
//
// It satisfies the ports of packages exchange and delivery. What belongs to one
// chat – its conversation, its queue, its cases, the letters it wrote – lies in one of
// 256 shards, and a shard in one slot of a Cluster; each step is one script in
// one shard, so all of it happens or nothing (script.go, lua). What is due is found
// by asking all shards in one trip (due.go). Keys are listed in keys.go, values in
// value.go; every key but the listed exceptions has an end. Time is the server's.
//
// # URL
//
//	redis://[user:password@]host[:port][/db]
//	rediss://…                                    the same with TLS
//	redis+sentinel://[user:password@]host[:port][,host[:port]…]/master[/db]
//	redis+cluster://[user:password@]host[:port][,host[:port]…]
//
// User and password are those of the servers that hold the data. Parameters:
//
//	tls=1                  TLS, also for Sentinels and Clusters
//	ca=FILE                the authority to believe, instead of the system's
//	cert=FILE&key=FILE     who we are, if the server asks
//	sentinel_user=, sentinel_password=
//	wait=N                 how many replicas must hold a step before it is told as
//	                       done; 1 with Sentinels and Clusters, else 0
//	wait_timeout=200ms     how long they are waited for, at most 300ms
//
// # What is told as done
//
// As much as the servers promise: see [Store.Class]. With wait, a step that too
// few replicas hold is [exchange.ErrUnavailable] although the master has it: asked for
// again, it is a duplicate, and that waits too. WAIT must go over the connection
// that the step went over, and go-redis's own clients of Sentinels and Clusters
// repeat and redirect where we cannot see it and for longer than a webhook may
// take. So the client is used for single nodes only; who is asked, and how often,
// is decided in call.go, and who is master in topology.go.
//
// # Formats
//
// What is written is the format that the house records, because programs of two
// versions may have the store open. Each registers, and it is raised when all of them
// read the next one: census.go, and ADR 8.
//
// # When servers fail
//
// A call waits 400 ms for an answer and repeats for at most 700 ms, or until its
// context ends, when a server puts it off. After the first failure of the network the
// breaker of that node opens and calls to it fail at once; the keeper looks every
// 150 ms and closes it. A context that is cancelled is noticed when the answer comes
// or fails to, so within 400 ms; its deadline at once. Every step may be asked for
// again without harm, and is once by itself when a connection turns out broken.
package redisstore
