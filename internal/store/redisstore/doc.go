// Package redisstore keeps everything in Redis, for any number of processes.
package redisstore
