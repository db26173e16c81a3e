package redisstore

import (
	"context"
	"errors"
	"strconv"
)

// Class is what an operator has chosen that becomes of steps when servers fail.
type Class struct {
	Servers int // masters
	// Known says that the servers tell; where others run them they may not, and
	// what follows is empty then.
	Known bool
	// Fsync is when what was written is safe from a power cut: "always",
	// "everysec" (up to two seconds are lost), "no" (when the system likes), or
	// "never". The weakest of all masters, as in the rest.
	Fsync       string
	MinReplicas int    // a master with fewer takes nothing
	Eviction    string // "noeviction", or how a full server throws away what it had taken
	// Wait is how many replicas are waited for before a step is told as done.
	Wait Wait
}

// Class asks the servers how they keep what they are given.
func (s *Store) Class(ctx context.Context) (Class, error) {
	nodes := s.layout.Load().masters()
	class := Class{Servers: len(nodes), Known: true, Fsync: "always", MinReplicas: -1, Eviction: "noeviction", Wait: s.wait}
	for _, n := range nodes {
		settings := map[string]string{}
		for _, name := range []string{"appendonly", "appendfsync", "min-replicas-to-write", "maxmemory-policy"} {
			c := &call{at: n, args: []any{"config", "get", name}}
			if err := s.do(ctx, c); err != nil {
				if _, said := errors.AsType[*refusal](err); said {
					return Class{Servers: len(nodes), Wait: s.wait}, nil
				}
				return Class{}, err
			}
			settings[name] = pairs(c.value)[name]
		}
		class.weaken(settings)
	}
	return class, nil
}

// weaken takes what is weaker of one server.
func (c *Class) weaken(settings map[string]string) {
	strength := map[string]int{"never": 0, "no": 1, "everysec": 2, "always": 3}
	fsync := settings["appendfsync"]
	if settings["appendonly"] != "yes" {
		fsync = "never"
	}
	if strength[fsync] < strength[c.Fsync] {
		c.Fsync = fsync
	}
	if replicas, err := strconv.Atoi(settings["min-replicas-to-write"]); err == nil && (c.MinReplicas < 0 || replicas < c.MinReplicas) {
		c.MinReplicas = replicas
	}
	if policy := settings["maxmemory-policy"]; policy != "noeviction" {
		c.Eviction = policy
	}
}
